import { escapeStep } from '@jobstream/contracts';
import type { PayloadPatch } from '@jobstream/contracts/rest';

type Operation = PayloadPatch[number];
type Value = Extract<Operation, { readonly value: unknown }>['value'];

/** A patch, or why there can be none. */
export type MadePatch = { readonly patch: PayloadPatch } | { readonly fault: string };

/**
 * The JSON Patch (RFC 6902) that makes one payload of another. Fields of objects are compared one by one; an array that changed is
 * replaced as a whole. The payload itself can only be changed within.
 */
export function patchOf(before: unknown, after: unknown): MadePatch {
  if (!isObject(before) || !isObject(after)) {
    return JSON.stringify(before) === JSON.stringify(after)
      ? { patch: [] }
      : { fault: 'The payload has to stay an object: only its fields can be changed.' };
  }
  return { patch: changesOf(before, after, '') };
}

function changesOf(before: JsonObject, after: JsonObject, path: string): Operation[] {
  const removed = Object.keys(before)
    .filter((name) => !Object.hasOwn(after, name))
    .map((name): Operation => ({ op: 'remove', path: `${path}/${escapeStep(name)}` }));
  const others = Object.entries(after).flatMap(([name, value]): Operation[] => {
    const at = `${path}/${escapeStep(name)}`;
    if (!Object.hasOwn(before, name)) return [{ op: 'add', path: at, value }];
    const old = before[name];
    if (isObject(old) && isObject(value)) return changesOf(old, value, at);
    return isSame(old, value) ? [] : [{ op: 'replace', path: at, value }];
  });
  return [...removed, ...others];
}

type JsonObject = Readonly<Record<string, Value>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, at) => isSame(item, other[at]));
  if (isObject(one) && isObject(other)) return changesOf(one, other, '').length === 0;
  return Object.is(one, other);
}
