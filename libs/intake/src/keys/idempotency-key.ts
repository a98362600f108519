import { IntakeError } from '../intake-error.js';

/** What an Idempotency-Key is unique within. */
export interface KeyScope {
  /** Whose key it is: the owner of the API key; empty where there are none. */
  readonly owner: string;
  /** Method and path as documented, e.g. `POST /v1/jobs`. */
  readonly route: string;
  /** As {@link readIdempotencyKey} lets it pass. */
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
