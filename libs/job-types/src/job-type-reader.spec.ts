import { describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, describeJobType, Topics } from '@jobstream/contracts';
import { encodeJobType, publishJobType, type JobTypeRecord } from '@jobstream/contracts/records';
import type { IncomingRecord } from '@jobstream/kafka';
import { createLogger } from '@jobstream/runtime';
import { z } from 'zod';
import { JobTypeReader } from './job-type-reader.js';

const topics = new Topics('');
const definition = defineJob({
  type: 'invoice.send',
  queue: defineQueue('invoices'),
  payload: z.strictObject({ id: z.string() }),
  result: z.null(),
});
const record = publishJobType(describeJobType(definition), 'billing', new Date(0).toISOString());

/** The reader after it has read these records, one offset each. */
function readAll(...records: readonly (JobTypeRecord | null)[]): JobTypeReader {
  const reader = new JobTypeReader(topics, createLogger('test', 'silent'));
  const incoming = records.map((each, offset) => {
    const { key, value } = encodeJobType(definition.type, each);
    return {
      topic: topics.types,
      partition: 0,
      offset,
      key: Buffer.from(key),
      value: value && Buffer.from(value),
    };
  });
  reader.take(incoming as unknown as IncomingRecord[]);
  return reader;
}

describe('JobTypeReader', () => {
  it('holds the newest record of a type, and none once the type was taken back', () => {
    expect(readAll(record, { ...record, owner: 'other' }).book.find('invoice.send')).toMatchObject({
      record: { owner: 'other' },
      version: 1,
    });
    expect(readAll(record, null).book.find('invoice.send')).toBeUndefined();
  });

  it.each([
    ['a reference elsewhere', { payload: { $ref: 'https://example.com/schema.json' } }],
    ['a schema of a megabyte', { payload: { description: 'x'.repeat(1_048_576) } }],
    ['a result schema that nests without end', { result: nested(1_000) }],
  ])('goes by the record before where a forged one has %s', (_, forged) => {
    expect(readAll(record, { ...record, ...forged }).book.find('invoice.send')?.version).toBe(0);
  });

  it('takes no payload by a schema that does not compile, and says so', () => {
    const known = readAll({ ...record, payload: { type: 'strin' } }).book.find('invoice.send')!;
    expect(known.check({ id: '7' }, '/payload')).toMatchObject({
      faults: [{ pointer: '/payload', detail: expect.stringContaining('publish the job type anew') }],
    });
  });
});

function nested(levels: number): Record<string, unknown> {
  return levels === 0 ? {} : { items: nested(levels - 1) };
}
