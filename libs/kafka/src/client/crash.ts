import { KafkaRequestError } from './request-patience.js';

/** kafkajs calls these not retriable, yet they are how an outage looks from inside its group and connection handling. */
const outageErrors = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
]);

/**
 * Whether the error that ended a kafkajs consumer may pass by itself (brokers away, leaders moving), judged by it and its
 * causes. Any other error would come again: an unknown codec, refused credentials, a bug.
 */
export function isPassingCrash(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (outageErrors.has(cause.name)) return true;
    if ((cause as { retriable?: boolean }).retriable === true) return true;
  }
  return false;
}

/** Whether a request failed because Kafka is out of reach, or does not answer as it should: asking again later may help. */
export function isKafkaUnavailable(error: unknown): boolean {
  return error instanceof KafkaRequestError || isPassingCrash(error);
}
