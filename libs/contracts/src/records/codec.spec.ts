import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { decodePoison, decodeRecord, encodePoison, encodeRecord, type EncodedRecord } from './codec.js';

const folder = new URL('./golden/', import.meta.url);
const golden = (name: string): EncodedRecord =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as EncodedRecord;
const records = readdirSync(folder).filter((name) => name !== 'poison.json');
const headers = golden('queued.json').headers;
const value = (text: string) => Buffer.from(text);

describe('the wire format', () => {
  it.each(records)('reads %s and writes the same bytes', (name) => {
    const bytes = golden(name);
    const record = decodeRecord(value(bytes.value), bytes.headers);
    if ('fault' in record) throw new Error(record.detail);
    expect(name).toContain(record.phase);
    expect(encodeRecord(record)).toEqual(bytes);
  });

  it('has a golden file for every phase', () => {
    const phases = records.map((name) => golden(name).headers['js-phase']);
    expect(new Set(phases).size).toBe(9);
  });

  it('reads poison and writes the same bytes', () => {
    const bytes = golden('poison.json');
    const poison = decodePoison(value(bytes.value))!;
    expect(encodePoison(poison)).toEqual(bytes);
    expect(decodePoison(value(golden('dead_lettered.json').value))).toBeUndefined();
  });

  it('ignores unknown fields', () => {
    const { value: text } = golden('queued.json');
    const record = decodeRecord(value(text.replace('{', '{"later":1,')), { ...headers, 'js-later': '1' });
    expect(record).toMatchObject({ phase: 'queued' });
    expect(record).not.toHaveProperty('value.later');
  });

  it.each([
    ['a tombstone', null, headers, 'tombstone', /no value/],
    ['zero bytes', value(''), headers, 'empty', /no bytes/],
    ['what is no JSON', value('{'), headers, 'malformed', /not JSON/],
    ['JSON that is no object', value('7'), headers, 'malformed', /expected object/],
    [
      'another version',
      value(golden('queued.json').value.replace('"v":1', '"v":2')),
      headers,
      'malformed',
      /at v/,
    ],
    [
      'an invalid id',
      value(golden('queued.json').value.replace('0190163d', 'xxxxxxxx')),
      headers,
      'malformed',
      /at id/,
    ],
    [
      'a missing header',
      value(golden('queued.json').value),
      { ...headers, 'js-run': '' },
      'malformed',
      /js-run/,
    ],
    ['run 0', value(golden('queued.json').value), { ...headers, 'js-run': '0' }, 'malformed', /js-run/],
    [
      'an invalid claim',
      value(golden('queued.json').value),
      { ...headers, 'js-claim': 'yes' },
      'malformed',
      /js-claim/,
    ],
    [
      'an unknown phase',
      value(golden('queued.json').value),
      { ...headers, 'js-phase': 'done' },
      'malformed',
      /js-phase/,
    ],
  ])('says why it can’t read %s', (_, bytes, heads, fault, detail) => {
    const read = decodeRecord(bytes, heads);
    expect(read).toEqual({ fault, detail: expect.stringMatching(detail) });
  });

  it.each(['queued', 'scheduled', 'retrying', 'dead_lettered'] as const)(
    'reads %s only when the next runs and attempts can be read too',
    (phase) => {
      const { value: text, headers: heads } = golden(`${phase}.json`);
      const read = (run: number, attempt: number) =>
        decodeRecord(value(text), { ...heads, 'js-run': String(run), 'js-attempt': String(attempt) });
      expect(read(999_999_998, 999_999_998)).toMatchObject({ phase });
      expect(read(999_999_999, 1)).toEqual({ fault: 'malformed', detail: 'headers: no run can follow it.' });
      const last = read(1, 999_999_999);
      if (phase === 'retrying') expect(last).toHaveProperty('detail', 'headers: no attempt can follow it.');
      else expect(last).toMatchObject({ phase, attempt: 999_999_999 });
    },
  );

  it('refuses a record with more headers than a reader decodes', () => {
    expect(decodeRecord(value(golden('queued.json').value), null)).toEqual({
      fault: 'malformed',
      detail: 'headers: more than 1,000, or than 64 KiB.',
    });
  });

  it.each(['queued', 'scheduled', 'retrying', 'dead_lettered'])(
    'refuses %s with a payload that may be too deep to be written again',
    (phase) => {
      const { value: text, headers: heads } = golden(`${phase}.json`);
      const marked = JSON.stringify({ ...(JSON.parse(text) as object), payload: 'here' });
      const withPayload = (depth: number) =>
        value(marked.replace('"here"', '['.repeat(depth) + ']'.repeat(depth)));
      expect(decodeRecord(withPayload(999), heads)).toMatchObject({ phase });
      expect(decodeRecord(withPayload(1_000), heads)).toMatchObject({ fault: 'malformed' });
      expect(decodeRecord(withPayload(200_000), heads)).toEqual({
        fault: 'malformed',
        detail: 'value: nests deeper than 1000 levels.',
      });
    },
  );
});
