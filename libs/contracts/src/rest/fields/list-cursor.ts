import { isJobId, type JobId } from '../../job-id.js';

/** A `cursor` that no list of ours gave out. */
export class InvalidCursorError extends Error {
  readonly code = 'invalid_cursor';
  override readonly name = 'InvalidCursorError';

  constructor() {
    super('The cursor is not one that a list gave as `next`. Leave it out to begin at the newest.');
  }
}

/** The opaque text for "after this id". */
export function encodeCursor(id: JobId): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/** @throws InvalidCursorError */
export function decodeCursor(cursor: string): JobId {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!isJobId(id) || encodeCursor(id) !== cursor) throw new InvalidCursorError();
  return id;
}

/** The lowest UUID whose 48 bits of time (RFC 9562, version 7) are this many milliseconds since 1970. */
export function lowestIdAt(ms: number): string {
  const hex = Math.min(Math.max(Math.trunc(ms), 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** When a job was accepted, in milliseconds since 1970: the time in its id, a UUIDv7 (RFC 9562 section 5.7). */
export function timeOfId(id: JobId): number {
  return Number.parseInt(id.slice(0, 13).replace('-', ''), 16);
}
