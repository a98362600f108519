import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { readDatabaseClock, type Database } from '@jobstream/database';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { projectRecord } from '../rows/projected-record.js';
import { rowsOf, writeRows } from '../rows/projected-rows.js';
import { incoming, topics, type Facts } from '../wire-history.fixture-spec.js';
import { Throughput } from './throughput.js';

let fixture: DatabaseFixture;
let throughput: Throughput;
let now: number;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  throughput = new Throughput(fixture.database);
  now = await readDatabaseClock(fixture.database);
});
beforeEach(() => fixture.truncate());
afterAll(() => fixture.drop());

/** Writes a batch, in a transaction of its own. */
async function write(history: readonly Facts[], database: Database = fixture.database): Promise<void> {
  const records = history.map((facts) => {
    const record = incoming({ createdAt: now, timestamp: now, ...facts });
    return projectRecord(record, topics.roleOf(record.topic)!);
  });
  await database.transaction((session) => writeRows(session, database, rowsOf(records)));
}

const dayAgo = () => ({ since: new Date(now - 86_400_000), stepMs: 2 * 86_400_000 });
const counted = async () => {
  const [{ at: _, ...counts } = { at: null }] = await throughput.read(dayAgo());
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
};

describe('the throughput', () => {
  it('counts each step of each job once, in one batch and in many', async () => {
    const jobs = Array.from({ length: 20 }, () => newJobId());
    const histories = jobs.map((id, index): Facts[] => [
      { id, phase: 'queued', offset: 3 * index },
      ...(index % 2 === 0 ? [{ id, phase: 'retrying', offset: 3 * index } as const] : []),
      { id, phase: index % 4 === 0 ? 'dead_lettered' : 'succeeded', attempt: 2, offset: 3 * index + 1 },
    ]);
    const expected = { accepted: 20, retried: 10, dead_lettered: 5, succeeded: 15 };
    await write(histories.flat());
    expect(await counted()).toEqual(expected);
    await fixture.truncate();
    for (const facts of histories.flat().toReversed()) await write([facts]);
    expect(await counted()).toEqual(expected);
  });

  it('counts an end that a crash wrote again no second time, in the same batch or a later one', async () => {
    const [first, second] = [newJobId(), newJobId()];
    await write([
      { id: first, phase: 'succeeded', offset: 1 },
      { id: first, phase: 'succeeded', offset: 2 },
      { id: second, phase: 'dead_lettered', offset: 3 },
    ]);
    await write([
      { id: first, phase: 'succeeded', offset: 4 },
      { id: second, phase: 'dead_lettered', offset: 5 },
      { id: second, phase: 'queued', offset: 6 },
    ]);
    expect(await counted()).toEqual({ accepted: 2, succeeded: 1, dead_lettered: 1 });
  });

  it('counts the ends of two runs, and accepts a replayed job once', async () => {
    const id = newJobId();
    await write([
      { id, phase: 'queued', offset: 1 },
      { id, phase: 'dead_lettered', offset: 2 },
      { id, run: 2, phase: 'queued', offset: 3 },
    ]);
    await write([{ id, run: 2, phase: 'succeeded', offset: 4 }]);
    expect(await counted()).toEqual({ accepted: 1, dead_lettered: 1, succeeded: 1 });
  });

  it('loses nothing where projectors write the same bucket at once', async () => {
    const writers = [fixture.another(), fixture.another(), fixture.another()];
    await Promise.all(
      writers.map(async (database) => {
        for (let batch = 0; batch < 20; batch += 1)
          await write(
            Array.from({ length: 25 }, (_, offset) => ({ id: newJobId(), phase: 'succeeded', offset })),
            database,
          );
      }),
    );
    expect(await counted()).toEqual({ accepted: 1_500, succeeded: 1_500 });
  });

  it('answers by type and queue in parts of the step', async () => {
    const at = now - (now % 60_000) - 60_000;
    const id = newJobId();
    await write([
      { id, phase: 'queued', createdAt: at },
      { id, phase: 'succeeded', timestamp: at + 25_000 },
    ]);
    const read = (scope: object) => throughput.read({ since: new Date(at), stepMs: 10_000, ...scope });
    const parts = await read({ type: 'probe.run', queue: 'probe' });
    expect(parts.map((part) => [part.at.getTime() - at, part.accepted, part.succeeded])).toEqual([
      [0, 1, 0],
      [20_000, 0, 1],
    ]);
    expect(await read({ type: 'other' })).toEqual([]);
    expect(await read({ queue: 'other' })).toEqual([]);
  });

  it('counts nothing that is older than it is kept or in the future, and deletes what grows old', async () => {
    const [old, late] = [now - 26 * 3_600_000, now + 2 * 3_600_000];
    await write([
      { id: newJobId(), phase: 'succeeded', createdAt: old, timestamp: old },
      { id: newJobId(), phase: 'succeeded', createdAt: late, timestamp: late },
      { id: newJobId(), phase: 'succeeded' },
    ]);
    const { projection } = fixture.database;
    const rows = async () =>
      (await fixture.database.query({ text: `SELECT FROM ${projection}.throughput` })).rows.length;
    expect(await rows()).toBe(1);
    expect(await throughput.purge()).toBe(0);
    await fixture.database.query({
      text: `UPDATE ${projection}.throughput SET at = at - interval '26 hours'`,
    });
    expect(await throughput.purge()).toBe(1);
    expect(await rows()).toBe(0);
  });
});
