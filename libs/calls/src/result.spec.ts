import { describe, expect, it } from '@jest/globals';
import { readResult } from './result.js';

const read = (content: string | Buffer, isWhole = true) =>
  readResult({ content: Buffer.from(content as string), isWhole });

describe('readResult', () => {
  it('is the JSON of the body, whatever it is, and null for an empty one', () => {
    expect(['{"pages":3}', ' [1] ', '"text"', 'null', ''].map((text) => read(text))).toEqual(
      [{ pages: 3 }, [1], 'text', null, null].map((result) => ({ result })),
    );
  });

  it.each(['<!doctype html><title>Hello</title>', 'ok', '{"a":1', '\u00a0'])('refuses %j', (text) => {
    expect(read(text)).toMatchObject({ code: 'result_not_json' });
  });

  it('refuses bytes that are no UTF-8, and a body that was cut', () => {
    expect(read(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ code: 'result_not_json' });
    expect(read('{}', false)).toMatchObject({ code: 'result_too_large' });
  });
});
