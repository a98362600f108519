import { describe, expect, it } from '@jest/globals';
import { indentJson } from './indented-json.js';

describe('an indented JSON text', () => {
  it('is what JSON.stringify would write, for values that it keeps', () => {
    for (const value of [
      null,
      -1.5e-7,
      'a "quoted" \\ {brace} [bracket], colon: ü\u2028',
      [],
      {},
      [[], {}, [1, 'two', { three: [null, true] }]],
      { 'a:b': '[{,}]', '': { deep: [[[]]] } },
    ]) {
      const indented = JSON.stringify(value, null, 2);
      expect(indentJson(JSON.stringify(value))).toBe(indented);
      expect(indentJson(indented)).toBe(indented);
    }
  });

  it('keeps digits, forms of numbers, fields that come twice and their order', () => {
    expect(indentJson('{"b":12345678901234567890,"a":1.0e+2,"b":{ },"c":[ ]}')).toBe(
      '{\n  "b": 12345678901234567890,\n  "a": 1.0e+2,\n  "b": { },\n  "c": [ ]\n}',
    );
  });

  it('takes a text of thousands of levels', () => {
    const deep = `${'['.repeat(5_000)}1${']'.repeat(5_000)}`;
    expect(indentJson(deep).replaceAll(/\s/g, '')).toBe(deep);
    expect(indentJson(deep).length).toBeLessThan(1_000_000);
  });
});
