export type { IncomingRecord, OutgoingRecord, RecordReceipt, TopicPartition } from './client/record.js';
export { partitionOf } from './client/murmur2.js';
export { partitionKey } from './client/topic-partition.js';
export {
  kafkaSettingsFromEnv,
  KafkaSettingsError,
  type KafkaLogger,
  type KafkaSasl,
  type KafkaSettings,
  type KafkaTls,
} from './client/settings.js';
export {
  NeverSentError,
  RecordRefusedError,
  UnacknowledgedError,
  type SendOutcome,
  type TroubleScope,
} from './produce/producer-errors.js';
export { KafkaConnection } from './client/connection.js';
export { BrokerClock, ClockUnknownError } from './client/broker-clock.js';
export { steadyTime } from './client/steady-time.js';
export { RecordProducer, type RecordProducerOptions } from './produce/record-producer.js';
export { describeTroubles, TopicTroubles, type TopicTrouble } from './produce/topic-troubles.js';
export {
  GroupRebalancingError,
  TopicAdmin,
  type PartitionCountMismatch,
  type TopicLog,
  type TopicSpec,
} from './client/topic-admin.js';
export type { OffsetsByTopic } from './client/cluster-reader.js';
export { LogReader, type LogSlice } from './consume/tail/log-reader.js';
export { isKafkaUnavailable } from './client/crash.js';
export { KafkaRequestError } from './client/request-patience.js';
export type { Delivery } from './consume/work/delivery.js';
export type { Suspicion } from './consume/work/suspects.js';
export {
  consumerFault,
  type AlarmCode,
  type ConsumerAlarm,
  type ConsumerHealth,
  type HeadOfLine,
  type PartitionHealth,
} from './client/consumer-health.js';
export type { ConsumerTimings } from './consume/consumer-timings.js';
export { WorkConsumer } from './consume/work/work-consumer.js';
export type { WorkConsumerOptions } from './consume/work/work-consumer-options.js';
export {
  PositionedConsumer,
  type PositionedConsumerOptions,
} from './consume/positioned/positioned-consumer.js';
export { TailConsumer, type TailConsumerOptions } from './consume/tail/tail-consumer.js';
export {
  TopicFollower,
  type FollowedTopics,
  type RecordPlace,
  type TopicFollowerOptions,
} from './consume/tail/topic-follower.js';
