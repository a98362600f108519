/**
 * Postgres array literals (manual, 8.15.6), made faster than node-postgres makes them: a batch has some thirty arrays
 * of thousands of elements.
 */

/** Of numbers, uuids and other text that needs no quotes. */
export function bareArray(values: readonly (number | string | null)[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) literal += ',';
    literal += values[index] ?? 'NULL';
  }
  return literal + '}';
}

/** Of any text without NUL. */
export function textArray(values: readonly (string | null)[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) literal += ',';
    const value = values[index]!;
    literal += value === null ? 'NULL' : quote(value);
  }
  return literal + '}';
}

const special = /["\\]/;

function quote(value: string): string {
  return special.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
