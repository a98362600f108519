import { isStorable } from '../storable-text.js';

/** Why a filter can not be read, and where. */
export interface FilterFault {
  /** Of its first character, counted from 1. */
  readonly column: number;
  readonly detail: string;
  /** The name, where there is no field of that name. */
  readonly unknownField?: string;
}

/** A value as it is written, and where. */
export interface WrittenValue {
  readonly column: number;
  /** Between two parts stands a `*`. */
  readonly parts: readonly string[];
}

/** A term as it is written: its names and values are not looked at yet. */
export interface WrittenTerm {
  readonly column: number;
  readonly isNot: boolean;
  readonly name: string;
  readonly values: readonly WrittenValue[];
}

const space = /\s/;

/** Cuts a filter into its terms, from left to right. The first thing that is no term ends the reading. */
export class FilterWords {
  private at = 0;

  constructor(private readonly text: string) {}

  /** The next term, its fault, or undefined at the end. */
  next(): WrittenTerm | FilterFault | undefined {
    while (this.at < this.text.length && space.test(this.text[this.at]!)) this.at += 1;
    if (this.at >= this.text.length) return undefined;
    const start = this.at;
    const isNot = this.text[start] === '-';
    if (isNot) this.at += 1;
    const name = /^[^\s:",]*/.exec(this.text.slice(this.at))![0];
    this.at += name.length;
    if (name === '' || this.text[this.at] !== ':')
      return {
        column: start + 1,
        detail: 'Write a field, a colon and a value: state:running. Put text with spaces in quotes.',
      };
    this.at += 1;
    const values = this.readValues();
    return 'detail' in values ? values : { column: start + 1, isNot, name, values };
  }

  private readValues(): WrittenValue[] | FilterFault {
    const values: WrittenValue[] = [];
    for (;;) {
      const value = this.text[this.at] === '"' ? this.readQuoted() : this.readBare();
      if ('detail' in value) return value;
      values.push(value);
      if (this.text[this.at] !== ',') break;
      this.at += 1;
    }
    if (this.at < this.text.length && !space.test(this.text[this.at]!))
      return { column: this.at + 1, detail: 'Put a space or a comma after the closing quote.' };
    return values;
  }

  private readBare(): WrittenValue | FilterFault {
    const start = this.at;
    const parts = this.readParts((character) => character === ',' || space.test(character));
    if (this.at === start) return { column: start + 1, detail: 'Write a value here; "" is the empty text.' };
    const quote = this.text.slice(start, this.at).search(/(?<!\\)"/);
    if (quote >= 0)
      return { column: start + quote + 1, detail: 'Put the whole value in quotes, or write \\".' };
    return this.checked({ column: start + 1, parts });
  }

  private readQuoted(): WrittenValue | FilterFault {
    const start = this.at;
    this.at += 1;
    const parts = this.readParts((character) => character === '"');
    if (this.at >= this.text.length)
      return { column: start + 1, detail: 'Close the quotes that begin here.' };
    this.at += 1;
    return this.checked({ column: start + 1, parts });
  }

  /** Reads to a character that ends the value. A backslash takes the next character as it is. */
  private readParts(isEnd: (character: string) => boolean): string[] {
    const parts = [''];
    while (this.at < this.text.length && !isEnd(this.text[this.at]!)) {
      if (this.text[this.at] === '*') parts.push('');
      else {
        if (this.text[this.at] === '\\' && this.at + 1 < this.text.length) this.at += 1;
        parts[parts.length - 1] += this.text[this.at]!;
      }
      this.at += 1;
    }
    // Two stars side by side mean what one means.
    return parts.filter((part, index) => part !== '' || index === 0 || index === parts.length - 1);
  }

  private checked(value: WrittenValue): WrittenValue | FilterFault {
    if (value.parts.every(isStorable)) return value;
    return {
      column: value.column,
      detail: 'Leave out NUL characters and halves of surrogate pairs: no job has them.',
    };
  }
}
