import { createHash } from 'node:crypto';

/**
 * The SHA-256, in hex, of a JSON value in canonical form: fields sorted, no whitespace (RFC 8785). Bodies with the same content have
 * the same fingerprint, however they were written.
 */
export function fingerprintOf(body: unknown): string {
  return createHash('sha256').update(canonical(body)).digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (isRecord(part) ? sortFields(part) : part));
}

function sortFields(record: Record<string, unknown>): Record<string, unknown> {
  const sorted = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(record).sort()) sorted[name] = record[name];
  return sorted;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
