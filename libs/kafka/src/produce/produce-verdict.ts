import { errorCodes } from '../client/error-codes.js';

/**
 * The meaning of a partition's error code in a produce answer, for the records of the batch:
 * - `appended`: in the log
 * - `refused`: not in the log, and sending again won't help
 * - `too_large`: not in the log; a smaller batch may pass
 * - `not_appended`: not in the log; send again
 * - `unknown`: may be in the log; send again, which may make a copy
 */
export type ProduceVerdict = 'appended' | 'refused' | 'too_large' | 'not_appended' | 'unknown';

const verdicts: Record<number, ProduceVerdict> = {
  0: 'appended',
  2: 'not_appended', // CORRUPT_MESSAGE: damaged on the way
  3: 'not_appended', // UNKNOWN_TOPIC_OR_PARTITION
  5: 'not_appended', // LEADER_NOT_AVAILABLE
  10: 'too_large', // MESSAGE_TOO_LARGE
  17: 'refused', // INVALID_TOPIC_EXCEPTION
  18: 'too_large', // RECORD_LIST_TOO_LARGE
  19: 'not_appended', // NOT_ENOUGH_REPLICAS: checked before the append
  29: 'refused', // TOPIC_AUTHORIZATION_FAILED
  31: 'refused', // CLUSTER_AUTHORIZATION_FAILED
  32: 'refused', // INVALID_TIMESTAMP
  43: 'refused', // UNSUPPORTED_FOR_MESSAGE_FORMAT
  44: 'refused', // POLICY_VIOLATION
  76: 'refused', // UNSUPPORTED_COMPRESSION_TYPE
  87: 'refused', // INVALID_RECORD
};

/**
 * Judges one partition's answer. A code that is not listed counts as unknown, NOT_LEADER_OR_FOLLOWER (6) too: a leader that
 * loses its post while it waits for the replicas answers so after it has appended.
 */
export function judgeProduce(errorCode: number): ProduceVerdict {
  return verdicts[errorCode] ?? 'unknown';
}

const { unknownTopic, leaderNotAvailable, notLeader } = errorCodes;
const staleCodes: ReadonlySet<number> = new Set([unknownTopic, leaderNotAvailable, notLeader]);

/** Whether the answer says that the metadata it was addressed by is out of date. */
export function isStaleMetadata(errorCode: number): boolean {
  return staleCodes.has(errorCode);
}
