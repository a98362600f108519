import { JsonSchemas, type JsonSchema, type JsonSchemasOptions } from '../json-schemas.js';
import { topicChannels, type TopicChannel } from './channels.js';
import { describeMessage, messageNames, type Message, type MessageName } from './messages.js';

/** An AsyncAPI 3 document, as far as ours goes. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: Readonly<Record<string, unknown>>;
  readonly defaultContentType: 'application/json';
  readonly channels: Readonly<Record<keyof typeof topicChannels, unknown>>;
  readonly operations: Readonly<Record<string, unknown>>;
  readonly components: {
    readonly messages: Readonly<Record<MessageName, Message>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

const description = [
  'A transition of a job is one record. Topics and consumer groups begin with `JOBSTREAM_NAMESPACE` and a dot where that is set.',
  'Readers pass over fields and headers that they do not know, and set aside a value of another `v`.',
].join('\n\n');

/** The topics of these queues' jobs as AsyncAPI 3, made of the schemas that records are read with. */
export function describeTopics(queues: Iterable<string>, options: JsonSchemasOptions = {}): AsyncApiDocument {
  const parameters: Parameters = {
    queue: { enum: [...queues], description: 'The queue.' },
    lane: { enum: ['high', 'low'], description: 'How urgent.' },
    delay: { description: 'Whole seconds as `60s`, otherwise milliseconds as `500ms`.', examples: ['60s'] },
  };
  const schemas = new JsonSchemas(options);
  const messages = messageNames.map((name) => [name, describeMessage(name, schemas)] as const);
  const channels = Object.entries<TopicChannel>(topicChannels);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Jobstream', version: '1', description, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      channels.map(([name, channel]) => [name, describeChannel(channel, parameters)]),
    ) as AsyncApiDocument['channels'],
    operations: Object.fromEntries(channels.map(([name, channel]) => describeOperation(name, channel))),
    components: {
      messages: Object.fromEntries(messages) as AsyncApiDocument['components']['messages'],
      schemas: schemas.components,
    },
  };
}

/** The parameters in addresses of channels, by name. */
type Parameters = Readonly<Record<string, unknown>>;

function describeChannel({ address, description, messages }: TopicChannel, parameters: Parameters): unknown {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return {
    address,
    description,
    messages: Object.fromEntries(messages.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    ...(names.length > 0 && {
      parameters: Object.fromEntries(names.map((name) => [name, parameters[name]])),
    }),
  };
}

function describeOperation(name: string, { action, description }: TopicChannel): readonly [string, unknown] {
  const channel = { $ref: `#/channels/${name}` };
  return [`${action}${name[0]!.toUpperCase()}${name.slice(1)}`, { action, channel, summary: description }];
}
