import { unescapeStep } from '@jobstream/contracts';
import type { PayloadPatch } from '@jobstream/contracts/rest';
import { measureJson, memberBytes, type JsonSize } from './json-size.js';

/** An operation that cannot be done. Then no operation of the patch counts. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

/** All operations of a patch write at most this many times the bytes that the document may have. */
const maxRewrites = 4;

/**
 * A document changed by a JSON Patch (RFC 6902). A short patch can ask for any number of bytes by copying a value into
 * itself, so each operation is measured before it is done.
 * @param document JSON; stays as it is
 * @param max size that the document may reach; one that is larger already may not grow
 * @throws PatchError for an operation whose place does not exist, whose test fails, or that makes the document too large
 */
export function applyPatch(document: unknown, patch: PayloadPatch, max: JsonSize): unknown {
  const size = measureJson(document, { bytes: Infinity, depth: max.depth });
  if (size === undefined) throw new PatchError(`It nests deeper than ${max.depth} levels.`);
  const bytes = Math.max(max.bytes, size.bytes);
  const patched = new PatchedDocument(structuredClone(document), size.bytes, { bytes, depth: max.depth });
  for (const [index, operation] of patch.entries()) {
    try {
      patched.apply(operation);
    } catch (error) {
      if (!(error instanceof ImpossibleError)) throw error;
      throw new PatchError(`Operation ${index} of the patch can not be done: ${error.message}`);
    }
  }
  return patched.root;
}

class ImpossibleError extends Error {}

/** Where a pointer leads: a member of an object or an element of an array. It may not exist yet; its container does. */
interface Place {
  readonly container: Record<string, unknown> | unknown[];
  /** In an array the index: its length for a new element at the end. */
  readonly key: string | number;
  readonly exists: boolean;
  /** How many arrays and objects it lies in. */
  readonly depth: number;
}

class PatchedDocument {
  private leftToWrite: number;

  constructor(
    readonly root: unknown,
    private bytes: number,
    private readonly max: JsonSize,
  ) {
    this.leftToWrite = maxRewrites * max.bytes;
  }

  apply(operation: PayloadPatch[number]): void {
    const { path } = operation;
    switch (operation.op) {
      case 'add':
        return this.insert(path, operation.value);
      case 'replace':
        return this.replace(this.findValue(path), operation.value);
      case 'remove':
        return this.remove(this.findValue(path));
      case 'copy':
        return this.insert(path, valueAt(this.findValue(operation.from)));
      case 'move':
        return this.move(operation.from, path);
      case 'test':
        if (isEqual(valueAt(this.findValue(path)), operation.value)) return;
        throw new ImpossibleError(`the value of ${path} is another one.`);
    }
  }

  private move(from: string, path: string): void {
    if (path.startsWith(`${from}/`)) throw new ImpossibleError(`${from} can not be moved into itself.`);
    const source = this.findValue(from);
    const value = valueAt(source);
    this.remove(source);
    this.insert(path, value);
  }

  private insert(path: string, value: unknown): void {
    const place = this.find(path);
    const { container, key, exists } = place;
    if (!Array.isArray(container) && exists) return this.replace(place, value);
    const around = Array.isArray(container) ? 1 : memberBytes(key as string);
    const copy = this.copy(value, place, around);
    if (Array.isArray(container)) container.splice(key as number, 0, copy);
    else container[key] = copy;
  }

  private replace(place: Place, value: unknown): void {
    setValue(place, this.copy(value, place, -bytesOf(valueAt(place))));
  }

  private remove(place: Place): void {
    const { container, key } = place;
    const around = Array.isArray(container) ? 1 : memberBytes(key as string);
    this.bytes -= around + bytesOf(valueAt(place));
    if (Array.isArray(container)) container.splice(key as number, 1);
    else delete container[key];
  }

  /**
   * A copy of a value, to be put at a place.
   * @param more bytes that the document grows by beside the value
   */
  private copy(value: unknown, { depth }: Place, more: number): unknown {
    const { bytes: maxBytes, depth: maxDepth } = this.max;
    const size = measureJson(value, {
      bytes: Math.min(this.leftToWrite, maxBytes - this.bytes - more),
      depth: maxDepth - depth,
    });
    if (size === undefined)
      throw new ImpossibleError(
        `the payload may become ${maxBytes} bytes large and ${maxDepth} levels deep, ` +
          `and one patch writes at most ${maxRewrites} times as many bytes.`,
      );
    this.leftToWrite -= size.bytes;
    this.bytes += size.bytes + more;
    return structuredClone(value);
  }

  private findValue(path: string): Place {
    const place = this.find(path);
    if (!place.exists) throw new ImpossibleError(`there is nothing at ${path}.`);
    return place;
  }

  /** Follows a JSON Pointer (RFC 6901). */
  private find(path: string): Place {
    const [first, ...names] = path.split('/').slice(1).map(unescapeStep);
    let place = placeIn(this.root, first!, 1);
    for (const name of names)
      place = place?.exists ? placeIn(valueAt(place), name, place.depth + 1) : undefined;
    if (!place) throw new ImpossibleError(`nothing is there that ${path} could lie in.`);
    return place;
  }
}

function placeIn(container: unknown, name: string, depth: number): Place | undefined {
  if (Array.isArray(container)) {
    const key = name === '-' ? container.length : /^(0|[1-9]\d*)$/.test(name) ? Number(name) : Infinity;
    return key > container.length ? undefined : { container, key, exists: key < container.length, depth };
  }
  if (typeof container !== 'object' || container === null) return undefined;
  const object = container as Record<string, unknown>;
  return { container: object, key: name, exists: Object.hasOwn(object, name), depth };
}

function valueAt({ container, key }: Place): unknown {
  return (container as Record<string, unknown>)[key];
}

function setValue({ container, key }: Place, value: unknown): void {
  (container as Record<string, unknown>)[key] = value;
}

function bytesOf(value: unknown): number {
  return measureJson(value, { bytes: Infinity, depth: Infinity })!.bytes;
}

function isEqual(one: unknown, other: unknown): boolean {
  if (!isContainer(one) || !isContainer(other)) return one === other;
  const names = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name]))
  );
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
