import { createHash } from 'node:crypto';
import { maxComparedLength, valueAt } from '@jobstream/contracts';
import type { JsonText } from '@jobstream/lifecycle';

/** What the entries of a path and a value are found by: 64 bits of a hash, as decimal text, for a `bigint`. */
export type SearchKey = string;

/** The key of a value as filters compare it. Small and short whatever the value is; two values may have the same. */
export function searchKey(path: string, value: string): SearchKey {
  return createHash('sha256').update(`${path}\0${value}`).digest().readBigInt64BE(0).toString();
}

/** The keys of what a payload has at the paths: text, a number, true or false. Lists, objects and null have none. */
export function searchKeysOf(payload: JsonText, paths: readonly string[]): SearchKey[] {
  const fields: unknown = JSON.parse(readable(payload));
  return paths.flatMap((path) => {
    const value = valueAt(fields, path);
    return isSingle(value) ? [searchKey(path, comparedPart(String(value)))] : [];
  });
}

function isSingle(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Whether entries find every job of which a filter asks for this value: lists and objects, which have none, are written so. */
export function isSearchable(value: string): boolean {
  return !/^[[{]/.test(value);
}

/** What filters compare of a value: Postgres counts characters, not the halves of their pairs. */
function comparedPart(value: string): string {
  return value.length <= maxComparedLength ? value : [...value].slice(0, maxComparedLength).join('');
}

/** JSON as filters read it (`comparedJson` of job-condition.ts): without NUL and halves of surrogate pairs. */
function readable(json: JsonText): string {
  return json.includes('\\u')
    ? json.replace(/(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, (_, backslash?: string) => backslash ?? '')
    : json;
}
