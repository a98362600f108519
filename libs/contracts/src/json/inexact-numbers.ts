import { FaultList } from '../rest/problems/faults.js';
import type { Fault } from '../rest/problems/fault.js';

const integer = /^-?\d+$/;
const zero = /^-?[0.]+(e|$)/i;
const shownDigits = 40;

/**
 * Whether JavaScript keeps the value of a number of a JSON text. Its numbers are IEEE 754 doubles. A decimal is rounded to the
 * nearest of them, as in most JSON readers: 0.1 and 0.12345678901234567890 pass. A whole number passes when it is one of them, or
 * is printed with the digits it was written with. A number that becomes another whole number, infinite or zero does not pass.
 * @param literal a number as RFC 8259 writes it
 */
export function isExact(literal: string): boolean {
  return whyInexact(literal) === undefined;
}

function whyInexact(literal: string): string | undefined {
  const value = Number(literal);
  if (Math.abs(value) === Infinity) return 'is beyond the largest number, about 1.8e308';
  if (value === 0) return zero.test(literal) ? undefined : 'is so small that it would become 0';
  if (Number.isSafeInteger(value) || !integer.test(literal) || String(value) === literal) return undefined;
  if (BigInt(literal) === BigInt(value)) return undefined;
  return `would become ${BigInt(value)}: whole numbers are exact to ±9007199254740991`;
}

/**
 * The numbers of a JSON text whose value JavaScript does not keep, see {@link isExact}: one fault each, with the path of the number.
 * @param json a text that `JSON.parse` takes
 */
export function findInexactNumbers(json: string): Fault[] {
  const faults = new FaultList();
  const path = new JsonPath(json);
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at]!;
    if (character === '"') at = path.passString(at);
    else if (character === '-' || (character >= '0' && character <= '9')) {
      const end = endOfNumber(json, at);
      const literal = json.slice(at, end);
      const why = whyInexact(literal);
      if (why !== undefined)
        faults.add(
          '',
          faults.room === 0 ? [] : path.read(),
          `${shorten(literal)} ${why}. Send it as a string.`,
        );
      at = end - 1;
    } else path.pass(character);
  }
  return faults.read();
}

/** Where a reading of a JSON text is. */
class JsonPath {
  /** For an array the index; for an object the place of the field's name in the text. */
  private readonly steps: (number | { start: number; end: number })[] = [];
  private isNameNext = false;

  constructor(private readonly json: string) {}

  pass(character: string): void {
    const last = this.steps.length - 1;
    switch (character) {
      case '{':
        this.steps.push({ start: 0, end: 0 });
        this.isNameNext = true;
        break;
      case '[':
        this.steps.push(0);
        this.isNameNext = false;
        break;
      case '}':
      case ']':
        this.steps.pop();
        this.isNameNext = false;
        break;
      case ',': {
        const step = this.steps[last]!;
        if (typeof step === 'number') this.steps[last] = step + 1;
        else this.isNameNext = true;
      }
    }
  }

  /** @returns the index of the string's closing quote */
  passString(start: number): number {
    let end = start + 1;
    for (; this.json[end] !== '"'; end += 1) if (this.json[end] === '\\') end += 1;
    if (this.isNameNext) this.steps[this.steps.length - 1] = { start, end: end + 1 };
    this.isNameNext = false;
    return end;
  }

  read(): (string | number)[] {
    return this.steps.map((step) =>
      typeof step === 'number' ? step : (JSON.parse(this.json.slice(step.start, step.end)) as string),
    );
  }
}

function endOfNumber(json: string, start: number): number {
  const number = /[-+.\deE]*/y;
  number.lastIndex = start;
  number.test(json);
  return number.lastIndex;
}

function shorten(literal: string): string {
  return literal.length <= shownDigits ? literal : `${literal.slice(0, shownDigits)}…`;
}
