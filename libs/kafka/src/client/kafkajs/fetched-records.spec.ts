import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { batchOf, recoded } from '../../produce/record-batch.fixture-spec.js';
import { decodeFetchedRecords, type FetchedRecord } from './fetched-records.js';

const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown;
const decodeByKafkajs = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: unknown,
) => Promise<{ records: { offset: string; timestamp: string; key: Buffer; value: Buffer | null }[] }>;

const plenty = () => ({ bytes: 64 * 1024 * 1024 });
const decode = (bytes: Buffer, from = 0): Promise<FetchedRecord[]> =>
  decodeFetchedRecords(bytes, from, plenty());
const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ value: String(from + index) }));
const values = (records: readonly FetchedRecord[]) => records.map(({ value }) => String(value));

describe('decodeFetchedRecords', () => {
  const anyHeaders = fc.dictionary(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((name) => `js-${name}`),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    { maxKeys: 10 },
  );
  const anyRecord = fc.record({
    key: fc.string({ unit: 'grapheme', maxLength: 100 }),
    value: fc.option(fc.string({ unit: 'grapheme', maxLength: 5_000 })),
    headers: anyHeaders,
  });

  it('reads what was written, from the offset asked for on, as kafkajs does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { minLength: 1, maxLength: 50 }),
        fc.nat(2 ** 40),
        fc.nat(50),
        async (records, base, ahead) => {
          const batch = batchOf(records, base);
          const { records: expected } = await decodeByKafkajs(new Decoder(batch));
          const read = await decode(batch, base + ahead);
          expect(read).toHaveLength(Math.max(0, records.length - ahead));
          read.forEach(({ offset, timestamp, key, value, headers }, index) => {
            const other = expected[ahead + index]!;
            expect([offset, timestamp]).toEqual([Number(other.offset), Number(other.timestamp)]);
            expect(key!.equals(other.key)).toBe(true);
            expect(value?.toString()).toBe(other.value?.toString());
            expect(headers).toEqual(records[ahead + index]!.headers);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('reads the batches of an answer one after the other, and leaves one that is cut to the next fetch', async () => {
    const bytes = Buffer.concat([batchOf(numbered(3)), batchOf(numbered(3, 3), 3)]);
    expect(values(await decode(bytes))).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(values(await decode(bytes.subarray(0, -1)))).toEqual(['0', '1', '2']);
    expect(await decode(bytes.subarray(0, 60))).toEqual([]);
  });

  it('looks at 1,000 headers and 64 KiB of them, and at none where there are more', async () => {
    const many = (count: number, text = '') =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}`, text]));
    const read = await decode(
      batchOf([
        { headers: many(1_000) },
        { headers: many(1_001) },
        { headers: many(100, 'x'.repeat(640)) },
        { headers: many(100, 'x'.repeat(660)) },
        {},
      ]),
    );
    expect(read.map(({ headers }) => headers && Object.keys(headers).length)).toEqual([
      1_000,
      null,
      100,
      null,
      0,
    ]);
    expect(values(read)).toEqual(Array(5).fill('v'));
  });

  it('takes no longer for a record of a great many headers', async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 60_000 }, (_, index) => [`header ${index}`, 'x']),
    );
    const batch = batchOf([{ headers }]);
    const before = process.cpuUsage();
    const [record] = await decode(batch);
    expect(process.cpuUsage(before).user).toBeLessThan(100_000);
    expect(record!.headers).toBeNull();
  });

  it('passes offsets that no record has', async () => {
    const batch = batchOf(numbered(2), 10);
    batch.writeInt32BE(9, 23); // compaction keeps what the batch covers
    const read = await decode(batch, 10);
    expect(read.map(({ offset, isControlRecord }) => [offset, isControlRecord])).toEqual([
      [10, false],
      [11, false],
      [19, true],
    ]);
    expect((await decode(batch, 15)).map(({ offset }) => offset)).toEqual([19]);
    const empty = recoded(batch, 0, Buffer.alloc(0));
    empty.writeInt32BE(0, 57);
    expect((await decode(empty, 10)).map(({ offset }) => offset)).toEqual([19]);
  });

  it('stops where its allowance is used up, and comes to the end of it all fetch by fetch', async () => {
    const tiny = recoded(batchOf(numbered(5_000)), 1, gzipSync(batchOf(numbered(5_000)).subarray(61)));
    const bytes = Buffer.concat([tiny, batchOf(numbered(10, 5_000), 5_000)]);
    const read: string[] = [];
    let fetches = 0;
    for (let next = 0; next < 5_010; fetches += 1) {
      const records = await decodeFetchedRecords(bytes, next, { bytes: 300_000 });
      expect(records.length).toBeLessThan(1_500);
      read.push(...values(records));
      next = records.at(-1)!.offset + 1;
    }
    expect(read).toEqual(values(await decode(bytes)));
    expect(fetches).toBeGreaterThan(3);
  });

  it('tells why a batch can’t be read, after what lies before it', async () => {
    const good = batchOf(numbered(3));
    const unknown = recoded(batchOf(numbered(4, 3), 3), 6, Buffer.from('?'));
    expect(values(await decode(Buffer.concat([good, unknown])))).toEqual(['0', '1', '2']);
    const [fault, ...others] = await decode(Buffer.concat([good, unknown]), 3);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      offset: 3,
      fault: expect.stringMatching(/offsets up to 6 can't be read: it is compressed with codec 6/),
    });
  });

  it('never throws and always ends, whatever the bytes', async () => {
    const golden = Object.values(goldenBatches());
    const batches = [batchOf(numbered(20)), ...golden];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...batches),
        fc.array(fc.tuple(fc.nat(10_000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (batch, changes) => {
          const broken = Buffer.from(batch);
          for (const [at, byte] of changes) broken[at % broken.length] = byte;
          expect(Array.isArray(await decode(broken))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function goldenBatches(): Record<string, Buffer> {
  const text = readFileSync(new URL('./golden/compressed-batches.json', import.meta.url), 'utf8');
  const batches = Object.entries(JSON.parse(text) as Record<string, string>);
  return Object.fromEntries(batches.map(([codec, base64]) => [codec, Buffer.from(base64, 'base64')]));
}

describe('compressed batches', () => {
  it.each(Object.entries(goldenBatches()))('are read as a broker has stored them: %s', async (_, batch) => {
    const read = await decode(batch);
    expect(read.map(({ offset, key }) => [offset, String(key)])).toEqual([
      [0, 'key-0'],
      [1, 'key-1'],
      [2, 'key-2'],
    ]);
    expect(String(read[2]!.value)).toBe(`2 ${'one line of a log that is much like the next; '.repeat(40)}`);
    expect(read.every(({ headers }) => headers?.name === 'täxt')).toBe(true);
    expect(new Date(read[0]!.timestamp).getUTCFullYear()).toBe(2026);
  });

  it('are read where snappy comes without a frame', async () => {
    const plain = batchOf(numbered(100));
    const bare = recoded(plain, 2, Buffer.from(snappyCompress(plain.subarray(61))));
    expect(values(await decode(bare))).toEqual(values(await decode(plain)));
  });

  it('may not take more than 64 MiB once they are decompressed', async () => {
    const zeros = Buffer.alloc(65 * 1024 * 1024);
    const [fault] = await decode(recoded(batchOf([{}]), 1, gzipSync(zeros, { level: 1 })));
    expect(fault!.fault).toMatch(/can't be read/);
  });
});
