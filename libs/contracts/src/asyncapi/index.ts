// The topics, described for programs and people.
export { channelOf, topicChannels } from './channels.js';
export { describeTopics, type AsyncApiDocument } from './document.js';
export { messageNames, type Message, type MessageName } from './messages.js';
