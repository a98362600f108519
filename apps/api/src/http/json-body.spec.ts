import { describe, expect, it } from '@jest/globals';
import { maxBatchBytes, maxBatchItems, maxBodyValues } from '@jobstream/contracts';
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

  /** Microseconds of the processor. */
  const cpuOf = (act: () => unknown): number => {
    const startedAt = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(startedAt);
    return user + system;
  };

  // What is no JSON shows that nothing of it was parsed: it is not blamed for that.
  const fill = (start: string, part: string) =>
    start + part.repeat(Math.floor((maxBatchBytes - start.length) / part.length));

  it.each([
    ['{"items":[', '{},', 'too_many_items'],
    ['{"items":[', '[{}],', 'too_many_items'],
    ['{"items":[', '"a,b",', 'too_many_items'],
    ['{"items":[', '0,', 'too_many_items'],
    ['{"items":[[', '{},', 'body_too_large'],
    ['{"items":[{"payload":{', '"a":0,', 'body_too_large'],
    ['{"items":[{"payload":[', '1152921504606847000,', 'body_too_large'],
    ['[[[', '[],', 'body_too_large'],
    ['{"x":', '[', 'invalid_request'],
    ['{"x":', '{"a":', 'invalid_request'],
  ])('of 32 MiB is refused before it is parsed: %s%s…', (start, part, code) => {
    const body = Buffer.from(fill(start, part));
    const looking = cpuOf(() => body.reduce((sum, byte) => sum ^ byte, 0));
    const refusing = cpuOf(() =>
      expect(() => parseJsonBody(body, { isBatch: true })).toThrow(expect.objectContaining({ code })),
    );
    expect(refusing / looking).toBeLessThan(10);
  });

  it('has as many items and values as it may have', () => {
    const items = (count: number) => Buffer.from(`{"items":[${Array(count).fill('{}').join()}]}`);
    expect(() => parseJsonBody(items(maxBatchItems), { isBatch: true })).not.toThrow();
    expect(() => parseJsonBody(items(maxBatchItems + 1), { isBatch: true })).toThrow('at most 10000 items');
    expect(() => parseJsonBody(items(maxBatchItems + 1))).not.toThrow();
    expect(() => parse(JSON.stringify({ x: Array(maxBodyValues - 2).fill(0) }))).not.toThrow();
    expect(() => parse(JSON.stringify({ x: Array(maxBodyValues).fill(0) }))).toThrow('at most 500000 values');
  });

  it('is not parsed where there is no room for its values', () => {
    const admit = (bytes: number) => {
      throw new Error(`no room for ${bytes}`);
    };
    expect(() => parseJsonBody(Buffer.from('{"a":[0,0,0'), { admit })).toThrow('no room for 320');
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
