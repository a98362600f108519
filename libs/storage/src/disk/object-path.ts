import { join } from 'node:path';

/**
 * Keys as paths. An object's file ends in `,object`, so that it can stand beside a directory of the same name
 * (`thumbs/cat` and `thumbs/cat/64x64-fill`). Letters are lower case, and `@` with a hexadecimal bit mask tells which
 * were not: two keys that differ in case stay two files where the file system takes them for one (macOS).
 */
const objectSuffix = ',object';

/** The path of the object's file, relative to the directory of all objects. */
export function pathOfKey(key: string): string {
  return join(...key.split('/').map(encodePart)) + objectSuffix;
}

/** The part of a key that a directory stands for; undefined where it is not ours. */
export function partOfDirectory(name: string): string | undefined {
  const [lower, mask = '0', ...more] = name.split('@');
  if (!lower || more.length > 0 || !/^[0-9a-f]+$/.test(mask)) return undefined;
  const bits = BigInt(`0x${mask}`).toString(2).padStart(lower.length, '0');
  if (bits.length > lower.length) return undefined;
  return [...lower].map((letter, at) => (bits[at] === '1' ? letter.toUpperCase() : letter)).join('');
}

/** The last part of the key of an object's file; undefined where it is not ours. */
export function partOfFile(name: string): string | undefined {
  return name.endsWith(objectSuffix) ? partOfDirectory(name.slice(0, -objectSuffix.length)) : undefined;
}

function encodePart(part: string): string {
  const bits = [...part].map((letter) => (/[A-Z]/.test(letter) ? '1' : '0')).join('');
  const mask = BigInt(`0b${bits}`);
  return mask === 0n ? part : `${part.toLowerCase()}@${mask.toString(16)}`;
}
