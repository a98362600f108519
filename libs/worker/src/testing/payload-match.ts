import { isDeepStrictEqual } from 'node:util';

/** Whether a value has everything that `wanted` has: objects may have further fields, everything else is the same. */
export function contains(value: unknown, wanted: unknown): boolean {
  if (!isPlainObject(wanted) || !isPlainObject(value)) return isDeepStrictEqual(value, wanted);
  return Object.entries(wanted).every(([name, part]) => contains(value[name], part));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
