import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parseJson, readText, readTextFile } from './json-input.js';

const folder = mkdtempSync(join(tmpdir(), 'jobstream-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('JSON of a person', () => {
  it('is read', () => {
    expect(parseJson('{"width": 64, "share": 0.1}')).toEqual({ width: 64, share: 0.1 });
  });

  it.each([
    ['{width: 64}', 'line 1, column 2'],
    ['{\n  "a": 1,\n  "b": tru\n}', 'line 3, column 8'],
    ['{"a": 1,}', 'line 1, column 9'],
    ['{"a": [1, 2}', 'line 1, column 12'],
    ['{"a": 1} x', 'line 1, column 10'],
    ['{"a": "b\u0001"}', 'line 1, column 9'],
    ['{"a": 1 // a comment\n}', 'line 1, column 9'],
    ["'{}'", 'line 1, column 1'],
    ['{"a": 1', 'line 1, column 8'],
    ['{"note": ', 'line 1, column 10'],
    ['{\n"a": "b', 'line 2, column 8'],
    ['', 'it is empty'],
    [' \n ', 'it is empty'],
  ])('%j is refused with its place', (text, place) => {
    expect(() => parseJson(text)).toThrow(`That is not JSON: ${place}`);
  });

  it('is refused in time with any number of levels', () => {
    expect(() => parseJson('['.repeat(200_000))).toThrow('That is not JSON');
  });

  it('is refused when it has numbers that would change', () => {
    expect(() => parseJson('{"a": [{"n": 12345678901234567890}, 1e400]}')).toThrow(
      /\/a\/0\/n: 12345678901234567890 would become .*Send it as a string\.\n\/a\/1: 1e400 is beyond/,
    );
  });
});

describe('a document', () => {
  it('is read from a file up to its bound', () => {
    const path = join(folder, 'payload.json');
    writeFileSync(path, '{"é": 1}');
    expect(readTextFile(path, 9)).toBe('{"é": 1}');
    expect(() => readTextFile(path, 8)).toThrow('is larger than');
  });

  it('may not be a file without an end, without text, or without existence', () => {
    expect(() => readTextFile('/dev/zero', 1024)).toThrow('/dev/zero is larger than 1 KiB');
    const path = join(folder, 'bytes');
    writeFileSync(path, Buffer.from([0xff, 0xfe]));
    expect(() => readTextFile(path, 10)).toThrow(`${path} is not UTF-8.`);
    expect(() => readTextFile(join(folder, 'none'), 10)).toThrow('ENOENT');
  });

  it('is read from a stream no further than its bound', async () => {
    let taken = 0;
    const endless = async function* () {
      for (;;) {
        taken += 1;
        yield Buffer.alloc(1_000, 0x20);
      }
    };
    await expect(readText(endless(), 'the input', 10_240)).rejects.toThrow('the input is larger than 10 KiB');
    expect(taken).toBe(11);
  });
});
