import { escapeStep } from '@jobstream/contracts';

/** One place in which two JSON values differ. */
export interface Difference {
  /** A JSON Pointer; empty for the whole value. */
  readonly path: string;
  /** What was there; undefined where it was added. */
  readonly before?: unknown;
  /** What is there; undefined where it was removed. */
  readonly after?: unknown;
}

/**
 * The places in which two JSON values differ: fields by their names, items of arrays by their numbers. A value that became of
 * another kind differs as a whole. Numbers are compared as they are: 0.1 + 0.2 is not 0.3.
 */
export function differencesOf(before: unknown, after: unknown, path = ''): Difference[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, at) =>
      differenceAt(path, String(at), itemAt(before, at), itemAt(after, at)),
    ).flat();
  }
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      differenceAt(path, name, fieldOf(before, name), fieldOf(after, name)),
    );
  }
  return Object.is(before, after) ? [] : [{ path, before, after }];
}

/** The part in which two texts differ: what stands before it and after it is the same. */
export interface TextDifference {
  readonly start: string;
  readonly before: string;
  readonly after: string;
  readonly end: string;
}

/** The one part in which two texts differ, from the first character that does to the last one. Cuts no character in two. */
export function textDifferenceOf(before: string, after: string): TextDifference {
  const [old, made] = [[...before], [...after]];
  const shorter = Math.min(old.length, made.length);
  let start = 0;
  while (start < shorter && old[start] === made[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === made[made.length - 1 - end]) end += 1;
  return {
    start: old.slice(0, start).join(''),
    before: old.slice(start, old.length - end).join(''),
    after: made.slice(start, made.length - end).join(''),
    end: old.slice(old.length - end).join(''),
  };
}

type Found = { readonly value: unknown } | undefined;

function differenceAt(path: string, step: string, before: Found, after: Found): Difference[] {
  const at = `${path}/${escapeStep(step)}`;
  if (before === undefined) return [{ path: at, after: after!.value }];
  if (after === undefined) return [{ path: at, before: before.value }];
  return differencesOf(before.value, after.value, at);
}

function itemAt(items: readonly unknown[], at: number): Found {
  return at < items.length ? { value: items[at] } : undefined;
}

function fieldOf(object: object, name: string): Found {
  return Object.hasOwn(object, name) ? { value: (object as Record<string, unknown>)[name] } : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
