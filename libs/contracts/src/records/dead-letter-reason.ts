/** Why a record was set aside. */
export const deadLetterReasons = [
  /** The last attempt failed. */
  'exhausted',
  /** It failed for good once more after as many replays as its type allows; the error tells how. */
  'parked',
  /** The handler said that no retry can help. */
  'non_retryable',
  /** No definition or no handler of this type in this worker: deploy workers first, redrive after. */
  'unknown_type',
  /** Workers kept dying or freezing while they ran an attempt of a claimed job, or one did where its definition allows none. */
  'owner_died',
  /** The job alone ended the process that ran it, three times. */
  'crashed',
  /** The payload breaks the type's schema. */
  'invalid_payload',
  /** Value or headers are not the wire format. */
  'malformed',
  /** A value of zero bytes. */
  'empty',
  /** A null value. */
  'tombstone',
  /** More bytes than a request may have. */
  'oversize',
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];
