import { describe, expect, it } from '@jest/globals';
import { parseJsonBody } from './json-body.js';

const parse = (text: string | Buffer) => parseJsonBody(Buffer.from(text)).value;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('a JSON body', () => {
  it.each(['{"a":[1,"ü",null]}', ' 7 ', '"x"', '[]'])('%s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each(['', ' ', '{', '{"a":}', "{'a':1}", '{"a":1}}', 'NaN', '\ufeff{}', '{"a":1,}'])(
    'refuses %j',
    (text) => {
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed_json' }));
    },
  );

  it('refuses bytes that are not UTF-8, in which a text would silently change', () => {
    expect(() => parse(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toThrow(
      expect.objectContaining({ code: 'malformed_json' }),
    );
  });

  it('does not show the text it could not read', () => {
    expect(() => parse('{"password":"hunter2",,}')).toThrow(/^(?!.*hunter2)/);
  });

  it('is taken to a depth of 500', () => {
    expect(() => parse(nested(500))).not.toThrow();
    expect(() => parse(nested(501))).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(() => parse('{"a":'.repeat(600) + '1' + '}'.repeat(600))).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it('does not take brackets in texts for depth', () => {
    const text = JSON.stringify({ a: '['.repeat(2_000), '{"': '\\"[[' + '{'.repeat(2_000) });
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('tells of the numbers that it can not hold', () => {
    expect(parseJsonBody(Buffer.from('{"a":[1,{"b":12345678901234567890}],"c":0.1}'))).toEqual({
      value: { a: [1, { b: 12345678901234567000 }], c: 0.1 },
      inexactNumbers: [{ pointer: '/a/1/b', detail: expect.stringContaining('Send it as a string') }],
    });
  });
});
