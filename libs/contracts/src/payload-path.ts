/** A JSON value that `operateWhen` compares with: no array, no object. */
export type PlainValue = string | number | boolean | null;

/** At most ten names, joined by dots. */
export const pathPattern = /^[^.\0]{1,100}(\.[^.\0]{1,100}){0,9}$/;

/** Whether a text is the path of a field: at most ten names, joined by dots. */
export function isPayloadPath(text: string): boolean {
  return pathPattern.test(text);
}

/** The value at a path of a payload; undefined where it has none. */
export function valueAt(payload: unknown, path: string): unknown {
  let value = payload;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
