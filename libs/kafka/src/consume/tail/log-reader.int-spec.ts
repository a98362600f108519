import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { numbered, useBroker } from '../../client/broker.fixture-spec.js';
import { KafkaRequestError } from '../../client/request-patience.js';
import { untilAsync } from '../work/worker.fixture-spec.js';
import { LogReader } from './log-reader.js';

describe('LogReader on a real broker', () => {
  const fixture = useBroker();
  const reader = new LogReader(fixture.connect());
  fixture.keep({ stop: () => reader.close() });

  /** Reads a stretch whole, slice by slice. */
  async function readAll(topic: string, from: number, end: number) {
    const values: number[] = [];
    const sizes: number[] = [];
    let deleted = 0;
    for (let next = from; next < end;) {
      const slice = await reader.read({ topic, partition: 0 }, next, end);
      expect(slice.next).toBeGreaterThan(next);
      values.push(...slice.records.map(({ value }) => Number(String(value).slice(0, 8))));
      sizes.push(slice.records.length);
      deleted += slice.deleted;
      next = slice.next;
    }
    return { values, sizes, deleted };
  }

  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  it('reads exactly the offsets asked for', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.producer.sendAll(numbered(topic, 100));
    expect((await readAll(topic, 0, 100)).values).toEqual(range(0, 100));
    expect((await readAll(topic, 17, 42)).values).toEqual(range(17, 42));
    expect(await reader.read({ topic, partition: 0 }, 42, 42)).toEqual({ records: [], next: 42, deleted: 0 });
  });

  it('answers a large stretch in slices', async () => {
    const topic = await fixture.makeTopic(1);
    const records = numbered(topic, 200).map((record) => {
      // What is random stays large when it is compressed.
      return {
        ...record,
        value: `${String(record.value).padStart(8, '0')}${randomBytes(10_000).toString('hex')}`,
      };
    });
    await fixture.producer.sendAll(records);
    const { values, sizes } = await readAll(topic, 0, 200);
    expect(values).toEqual(range(0, 200));
    expect(sizes.length).toBeGreaterThan(1);
  });

  it('passes what was deleted and tells how much', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.producer.sendAll(numbered(topic, 50));
    await fixture.admin.deleteRecordsBefore(topic, [{ partition: 0, offset: 30 }]);
    expect(await readAll(topic, 10, 50)).toMatchObject({ values: range(30, 50), deleted: 20 });
    expect(await readAll(topic, 10, 20)).toMatchObject({ values: [], deleted: 10 });
  });

  it('leaves out aborted records and passes transaction markers', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.sendInTransactions(topic, [
      ['1', 'commit'],
      ['2', 'abort'],
      ['3', 'commit'],
    ]);
    const endOf = async () => (await fixture.admin.endOffsets([topic])).get(topic)![0]!;
    // The coordinator has written the last marker some time after it has answered.
    await untilAsync('three records, each with its marker', async () => (await endOf()) === 6);
    expect((await readAll(topic, 0, 6)).values).toEqual([1, 3]);
  });

  it('says that a topic is not there', async () => {
    const missing = { topic: `${fixture.namespace}missing`, partition: 0 };
    await expect(reader.read(missing, 0, 10)).rejects.toThrow(KafkaRequestError);
  });
});
