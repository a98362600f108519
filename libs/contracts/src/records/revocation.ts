import { isJobId } from '../job-id.js';
import type { EncodedOrder } from './order.js';
import { wireVersion } from './job-record.js';

const keyPattern = /^revoke\/([^/]+)$/;

/**
 * The bytes that tell on `jobs.control` that an API key is revoked: the order, then its tombstone. Only who runs now has to
 * hear it, whoever starts later asks the database: so the compacted topic need not keep it.
 */
export function encodeRevocation(keyId: string, at: string): readonly [EncodedOrder, EncodedOrder] {
  const key = `revoke/${keyId}`;
  return [
    { key, value: JSON.stringify({ v: wireVersion, at }), headers: {} },
    { key, value: null, headers: {} },
  ];
}

/** The id of the API key that a record of `jobs.control` revokes; undefined where it does not. Never throws. */
export function decodeRevocation(key: Buffer | null, value: Buffer | null): string | undefined {
  if (value === null) return undefined;
  const [, keyId] = keyPattern.exec(key?.toString() ?? '') ?? [];
  return keyId !== undefined && isJobId(keyId) ? keyId : undefined;
}
