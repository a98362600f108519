import { IntakeError } from '../intake-error.js';

/** An Idempotency-Key, with the owner and route within which it is unique. */
export interface KeyScope {
  /** The owner of the API key; empty when there are no API keys. */
  readonly owner: string;
  /** Method and path as documented, e.g. `POST /v1/jobs`. */
  readonly route: string;
  /** Checked by {@link readIdempotencyKey}. */
  readonly key: string;
}

const printable = /^[\x20-\x7e]{1,255}$/;

/**
 * The key in an `Idempotency-Key` header.
 * @throws IntakeError `invalid_idempotency_key`
 */
export function readIdempotencyKey(header: string): string {
  if (printable.test(header)) return header;
  throw new IntakeError(
    'invalid_idempotency_key',
    'An Idempotency-Key has 1 to 255 printable ASCII characters; a random UUID is a good one.',
  );
}
