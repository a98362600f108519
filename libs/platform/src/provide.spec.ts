import { describe, expect, it } from '@jest/globals';
import { provide } from './provide.js';
import { tokenOf } from './tokens.js';

const first = tokenOf<string>('first');
const second = tokenOf<number>('second');

class OfParameters {
  constructor(
    readonly text: string,
    readonly count: number,
  ) {}
}

class OfOptions {
  constructor(readonly options: { readonly count: number; readonly text: string }) {}
}

describe('provide', () => {
  it('gives a class what its parameters name, in their order', () => {
    const { inject, useFactory } = provide(OfParameters, [first, second]);
    expect(inject).toEqual([first, second]);
    expect(useFactory('a', 1)).toEqual(new OfParameters('a', 1));
  });

  it('gives a class that takes options each of them under its name', () => {
    const { inject, useFactory } = provide(OfOptions, { text: first, count: second });
    expect(inject).toEqual([first, second]);
    expect(useFactory('a', 1)).toEqual(new OfOptions({ text: 'a', count: 1 }));
  });
});
