export type { IncomingRecord, OutgoingRecord, RecordReceipt, TopicPartition } from './record.js';
export {
  kafkaSettingsFromEnv,
  KafkaSettingsError,
  type KafkaLogger,
  type KafkaSasl,
  type KafkaSettings,
  type KafkaTls,
} from './settings.js';
export {
  NeverSentError,
  RecordRefusedError,
  UnacknowledgedError,
  type SendOutcome,
  type TroubleScope,
} from './producer-errors.js';
export { KafkaConnection } from './connection.js';
export { BrokerClock, ClockUnknownError } from './broker-clock.js';
export { RecordProducer, type RecordProducerOptions } from './record-producer.js';
export { describeTroubles, TopicTroubles, type TopicTrouble } from './topic-troubles.js';
export { TopicAdmin, type PartitionCountMismatch, type TopicSpec } from './topic-admin.js';
export type { OffsetsByTopic } from './cluster-reader.js';
export { LogReader, type LogSlice } from './log-reader.js';
export { isKafkaUnavailable } from './crash.js';
export { KafkaRequestError } from './request-patience.js';
export type { Delivery } from './delivery.js';
export {
  consumerFault,
  type AlarmCode,
  type ConsumerAlarm,
  type ConsumerHealth,
  type HeadOfLine,
  type PartitionHealth,
} from './consumer-health.js';
export type { ConsumerTimings } from './consumer-timings.js';
export { WorkConsumer } from './work-consumer.js';
export type { WorkConsumerOptions } from './work-consumer-options.js';
export { PositionedConsumer, type PositionedConsumerOptions } from './positioned-consumer.js';
export { TailConsumer, type TailConsumerOptions } from './tail-consumer.js';
