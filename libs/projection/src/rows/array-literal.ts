/**
 * Postgres array literals (manual, 8.15.6), made faster than node-postgres makes them: a batch has some thirty arrays
 * of thousands of elements.
 */

/** Of numbers, and of text that needs no quotes: uuids, names, positions. */
export function bareArray(values: readonly (number | string | null)[]): string {
  const elements = new Array<number | string>(values.length);
  for (let index = 0; index < values.length; index += 1) elements[index] = values[index] ?? 'NULL';
  return `{${elements.join(',')}}`;
}

/** Of any text without NUL. */
export function textArray(values: readonly (string | null)[]): string {
  const elements = new Array<string>(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    elements[index] = value === null ? 'NULL' : quote(value);
  }
  return `{${elements.join(',')}}`;
}

const special = /["\\]/;

function quote(value: string): string {
  return special.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
