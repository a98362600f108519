import { isExact } from '@jobstream/contracts';

/** Facts about a JSON text, read from its bytes before it is parsed. */
export interface JsonScan {
  /** Arrays and objects in each other. */
  readonly depth: number;
  /** Texts, numbers, arrays, objects and the rest, at least as many as there are: what a parsed text takes goes by it. */
  readonly values: number;
  /** Elements of the longest array that is a member of the outermost object: the items of a batch. */
  readonly items: number;
  /** Whether it has a number that JavaScript cannot hold exactly. */
  readonly hasInexactNumber: boolean;
}

const itemsDepth = 2;
/** A whole number with fewer characters is exact. */
const wholeLength = 16;
/** With fewer characters and no exponent of three digits, nothing gets near 1e±300. */
const plainLength = 200;
const largeExponent = 3;

/** Where {@link scanJson} stops: what has more is told as far as it was read. */
export interface ScanBounds {
  readonly depth: number;
  readonly values: number;
  readonly items: number;
}

const unbounded: ScanBounds = { depth: Infinity, values: Infinity, items: Infinity };

/** Runs over the bytes once, in about a nanosecond each. What is no JSON gets some answer. */
export function scanJson(json: Buffer, most: ScanBounds = unbounded): JsonScan {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let items = 0;
  let longest = 0;
  let hasInexactNumber = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at]!;
    if (byte === code.quote) {
      at += 1;
      for (; at < json.length && json[at] !== code.quote; at += 1) if (json[at] === code.backslash) at += 1;
    } else if (byte === code.comma) {
      values += 1;
      if (depth === itemsDepth) items += 1;
      if (values > most.values || items > most.items) break;
    } else if (isDigit(byte) || byte === code.minus) {
      const end = endOfNumber(json, at + 1);
      if (mayBeInexact(json, at, end)) hasInexactNumber ||= !isExact(json.toString('latin1', at, end));
      at = end - 1;
    } else if (byte === code.openBracket || byte === code.openBrace) {
      values += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (values > most.values || depth > most.depth) break;
      if (depth === itemsDepth) items = byte === code.openBracket ? 1 : -Infinity;
    } else if (byte === code.closeBracket || byte === code.closeBrace) {
      if (depth === itemsDepth && items > longest) longest = items;
      depth -= 1;
    }
  }
  return { depth: deepest, values, items: Math.max(longest, items), hasInexactNumber };
}

function endOfNumber(json: Buffer, start: number): number {
  let end = start;
  while (end < json.length && isOfNumber(json[end]!)) end += 1;
  return end;
}

function isOfNumber(byte: number): boolean {
  return (
    isDigit(byte) || byte === code.point || isExponent(byte) || byte === code.minus || byte === code.plus
  );
}

/** Tells most exact numbers from the rest without reading them as numbers. */
function mayBeInexact(json: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length < largeExponent + 1) return false;
  let isWhole = true;
  for (let at = start + 1; at < end; at += 1) {
    const byte = json[at]!;
    if (isExponent(byte)) {
      const digits = end - at - (isDigit(json[at + 1]!) ? 1 : 2);
      return digits >= largeExponent || length >= plainLength;
    }
    if (byte === code.point) isWhole = false;
  }
  return length >= (isWhole ? wholeLength : plainLength);
}

function isDigit(byte: number): boolean {
  return byte >= code.zero && byte <= code.nine;
}

function isExponent(byte: number): boolean {
  return byte === code.lowerE || byte === code.upperE;
}

const code = {
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  zero: 0x30,
  nine: 0x39,
  upperE: 0x45,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  lowerE: 0x65,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;
