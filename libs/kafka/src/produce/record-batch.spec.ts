import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  batchSizeBound,
  encodeCompressedBatch,
  encodeRecordBatch,
  measureRecord,
  sizeBound,
  type EncodableRecord,
} from './record-batch.js';

const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: unknown) => Promise<{
  lastOffsetDelta: number;
  producerId: string;
  records: {
    offset: string;
    timestamp: string;
    key: Buffer;
    value: Buffer | null;
    headers: Record<string, Buffer>;
  }[];
}>;
const crc32c = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

const bytesOrText = (maxLength: number): fc.Arbitrary<Buffer | string> =>
  fc.oneof(
    fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes)),
    fc.string({ maxLength }),
    fc.string({ unit: 'grapheme', maxLength }),
    fc.string({ unit: 'binary', maxLength }),
  );
const anyRecord: fc.Arbitrary<EncodableRecord> = fc
  .record({
    key: bytesOrText(200),
    value: fc.option(bytesOrText(20_000)),
    headers: fc
      .dictionary(
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        {
          maxKeys: 10,
        },
      )
      .map((headers) =>
        Object.fromEntries(Object.entries(headers).map(([name, text]) => [`js-${name}`, text])),
      ),
  })
  .map((record) => ({ ...record, sizes: measureRecord(record) }));

const anyEncoding = fc.constantFrom(encodeRecordBatch, encodeCompressedBatch);

const bytesOf = (source: Buffer | string): Buffer => (Buffer.isBuffer(source) ? source : Buffer.from(source));

describe('encodeRecordBatch', () => {
  it('writes what kafkajs reads back, in order and within the size bound', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { minLength: 1, maxLength: 200 }),
        anyEncoding,
        async (records, encode) => {
          const bytes = await encode(records, 1_732_300_000_000);
          expect(bytes.length).toBeLessThanOrEqual(
            batchSizeBound(records.reduce((sum, { sizes }) => sum + sizeBound(sizes), 0)),
          );
          expect(bytes.readUInt32BE(17)).toBe(crc32c(bytes.subarray(21)));
          const batch = await decodeBatch(new Decoder(bytes));
          expect(batch.lastOffsetDelta).toBe(records.length - 1);
          expect(batch.producerId).toBe('-1');
          batch.records.forEach((read, index) => {
            const { key, value, headers } = records[index]!;
            expect(read.offset).toBe(String(index));
            expect(read.timestamp).toBe('1732300000000');
            expect(read.key.equals(bytesOf(key))).toBe(true);
            expect(read.value === null ? null : Buffer.from(read.value)).toEqual(
              value === null ? null : bytesOf(value),
            );
            const texts = Object.entries(read.headers).map(([name, text]) => [name, text.toString()]);
            expect(Object.fromEntries(texts)).toEqual(headers);
          });
          expect(batch.records).toHaveLength(records.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  const recordOf = (value: string | Buffer) => {
    const record = { key: 'k', value, headers: {} };
    return { ...record, sizes: measureRecord(record) };
  };
  const codecOf = (batch: Buffer) => batch.readInt16BE(21) & 7;

  it('compresses what is large and alike', async () => {
    const records = Array.from({ length: 100 }, (_, nth) =>
      recordOf(JSON.stringify({ nth, text: 'x'.repeat(300) })),
    );
    const batch = await encodeCompressedBatch(records, 0);
    expect(codecOf(batch)).toBe(1);
    expect(batch.length).toBeLessThan(encodeRecordBatch(records, 0).length / 10);
  });

  it('leaves small batches, and what gets no smaller, as they are', async () => {
    for (const record of [recordOf('x'.repeat(8_000)), recordOf(randomBytes(20_000))])
      expect(await encodeCompressedBatch([record], 0)).toEqual(encodeRecordBatch([record], 0));
  });
});
