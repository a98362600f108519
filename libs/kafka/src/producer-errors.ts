import type { RecordReceipt } from './record.js';

/** Certainly not in the log: no attempt to write it left this process before the deadline. Safe to send again. */
export class NeverSentError extends Error {
  readonly code = 'never_sent';

  constructor(
    readonly topic: string,
    cause: unknown,
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
  ) {
    super(
      `The record for ${topic} was sent but not acknowledged: ${reason(cause)}. It may be in the log; ` +
        'look for it before sending it again, or send it in a way that tolerates copies.',
      { cause },
    );
    this.name = 'UnacknowledgedError';
  }
}

/** Not in the log, and sending it again unchanged won't help: too large, unknown topic, not allowed. */
export class RecordRefusedError extends Error {
  readonly code = 'record_refused';

  /** @param brokerError Kafka's name of the error, e.g. `MESSAGE_TOO_LARGE` */
  constructor(
    readonly topic: string,
    readonly brokerError: string,
    detail: string,
  ) {
    super(`The record for ${topic} was refused (${brokerError}): ${detail}`);
    this.name = 'RecordRefusedError';
  }
}

/** What became of one record of `sendAll`. */
export type SendOutcome =
  { receipt: RecordReceipt } | { error: NeverSentError | UnacknowledgedError | RecordRefusedError };

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
