import { maxRecordNesting } from '../limits.js';

/**
 * Whether a parsed JSON value nests deeper than {@link maxRecordNesting}. Each level takes two brackets, so most values are
 * too short to be looked at.
 * @param length of its text, in characters or bytes
 */
export function isTooDeep(value: unknown, length: number): boolean {
  return length > 2 * maxRecordNesting && nestsDeeper(value, maxRecordNesting);
}

/**
 * Whether arrays and objects of a parsed JSON value lie in each other more than `most` deep. Looks no deeper than that, so
 * it may be asked about any value that `JSON.parse` has taken.
 */
export function nestsDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (most === 0) return true;
  if (Array.isArray(value)) return value.some((part) => nestsDeeper(part, most - 1));
  for (const name in value) {
    if (nestsDeeper((value as Record<string, unknown>)[name], most - 1)) return true;
  }
  return false;
}
