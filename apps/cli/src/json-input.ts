import { closeSync, openSync, readSync } from 'node:fs';
import { parse } from '@humanwhocodes/momoa';
import { findInexactNumbers, maxBodyBytes } from '@jobstream/contracts';

/** A document of the person at the command line is not one that the API would take. Its message says what is wrong where. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/**
 * The value of a JSON text.
 * @throws InputError with line and column where it is no JSON, with the path of each number that would change
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`That is not JSON: ${describeFault(text, error as Error)}`, { cause: error });
  }
  const faults = findInexactNumbers(text);
  if (faults.length === 0) return value;
  throw new InputError(
    faults.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`)).join('\n'),
  );
}

/**
 * The value of a JSON text, or of the file that `@path` names.
 * @throws InputError when the file can't be read or is larger than the API takes, and as {@link parseJson} does
 */
export function parseJsonOrFile(source: string): unknown {
  return parseJson(source.startsWith('@') ? readTextFile(source.slice(1), maxBodyBytes) : source);
}

/** The first fault and its place. V8 names the place of few faults, momoa that of all but the end and control characters. */
function describeFault(text: string, { message }: Error): string {
  if (text.trim() === '') return 'it is empty.';
  try {
    parse(text);
  } catch (error) {
    const { offset, message: fault } = error as Error & { offset?: number };
    const isEnd = fault.startsWith('Unexpected end');
    // Without a place: too many levels for its recursion.
    if (offset !== undefined)
      return `${placeOf(text, isEnd ? text.length : offset)}: ${fault.replace(/ \(\d+:\d+\)$/, '')}`;
  }
  const [, offset] = / at position (\d+)/.exec(message) ?? [];
  return offset === undefined
    ? message
    : `${placeOf(text, Number(offset))}: a control character has to be escaped.`;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/**
 * The text of a file, pipes and devices too.
 * @throws InputError when it can't be read, is larger than `maxBytes`, or is not UTF-8
 */
export function readTextFile(path: string, maxBytes: number): string {
  return decodeText(readFile(path, maxBytes), path);
}

/**
 * The bytes of a file, pipes and devices too.
 * @throws InputError when it can't be read or is larger than `maxBytes`
 */
export function readFile(path: string, maxBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(maxBytes + 1);
  let length = 0;
  try {
    const file = openSync(path, 'r');
    try {
      for (let more = -1; more !== 0 && length <= maxBytes; length += more)
        more = readSync(file, bytes, length, bytes.length - length, null);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new InputError((error as Error).message, { cause: error });
  }
  if (length > maxBytes) throw tooLarge(path, maxBytes);
  return bytes.subarray(0, length);
}

/**
 * The text of a stream to its end.
 * @throws InputError when it is larger than `maxBytes`, or is not UTF-8
 */
export async function readText(
  stream: AsyncIterable<Buffer>,
  name: string,
  maxBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(name, maxBytes);
  }
  return decodeText(Buffer.concat(chunks), name);
}

/**
 * Bytes as text.
 * @throws InputError when they are not UTF-8
 */
export function decodeText(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InputError(`${name} is not UTF-8.`, { cause: error });
  }
}

function tooLarge(name: string, maxBytes: number): InputError {
  return new InputError(`${name} is larger than ${maxBytes / 1024} KiB, which the API does not take.`);
}
