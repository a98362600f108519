import type { RecordReceipt } from '../client/record.js';

/**
 * How far the trouble reaches that kept a record from the log, so that a sender knows what else has to wait:
 * - `record`: this one alone, which will never pass as it is
 * - `partition`, `topic`: all records that go there, while the rest of the cluster takes records
 * - `cluster`: an outage, or nothing more is known
 */
export type TroubleScope = 'record' | 'partition' | 'topic' | 'cluster';

/** Refusals of a topic, whatever the record. */
const topicRefusals: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'POLICY_VIOLATION',
]);

/** Certainly not in the log: no attempt to write it left this process before the deadline. Safe to send again. */
export class NeverSentError extends Error {
  readonly code = 'never_sent';

  constructor(
    readonly topic: string,
    cause: unknown,
    readonly scope: Exclude<TroubleScope, 'record'> = 'cluster',
  ) {
    super(
      `The record for ${topic} was not sent: ${reason(cause)}. It is not in the log; send it again later.`,
      {
        cause,
      },
    );
    this.name = 'NeverSentError';
  }
}

/** Sent, but not acknowledged before the deadline: the record may be in the log, once or more often. */
export class UnacknowledgedError extends Error {
  readonly code = 'unacknowledged';

  constructor(
    readonly topic: string,
    cause: unknown,
    readonly scope: Exclude<TroubleScope, 'record'> = 'cluster',
  ) {
    super(
      `The record for ${topic} was sent but not acknowledged: ${reason(cause)}. It may be in the log; ` +
        'look for it before sending it again, or send it in a way that tolerates copies.',
      { cause },
    );
    this.name = 'UnacknowledgedError';
  }
}

/**
 * Not in the log, for a reason of its own (too large) or of its topic (it does not exist, or may not be written to). Where
 * `scope` is not `record`, the same record passes once what is wrong with the topic is mended.
 */
export class RecordRefusedError extends Error {
  readonly code = 'record_refused';
  readonly scope: TroubleScope;

  /** @param brokerError Kafka's name of the error, e.g. `MESSAGE_TOO_LARGE` */
  constructor(
    readonly topic: string,
    readonly brokerError: string,
    detail: string,
  ) {
    super(`The record for ${topic} was refused (${brokerError}): ${detail}`);
    this.name = 'RecordRefusedError';
    this.scope = scopeOf(brokerError);
  }
}

/** The outcome of one record of `sendAll`. */
export type SendOutcome =
  { receipt: RecordReceipt } | { error: NeverSentError | UnacknowledgedError | RecordRefusedError };

function scopeOf(brokerError: string): TroubleScope {
  if (brokerError === 'CLUSTER_AUTHORIZATION_FAILED') return 'cluster';
  return topicRefusals.has(brokerError) ? 'topic' : 'record';
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
