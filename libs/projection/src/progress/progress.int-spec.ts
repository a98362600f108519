import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from '@jobstream/database';
import { Checkpoints } from './checkpoints.js';
import { DatabaseFixture } from '../database.fixture-spec.js';
import type { TopicAdmin } from '@jobstream/kafka';
import type { Move } from '@jobstream/sink';
import { DatabaseProxy } from '@jobstream/testing';
import { ProjectionProgress } from './progress.js';

let fixture: DatabaseFixture;
let progress: ProjectionProgress;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  progress = new ProjectionProgress(fixture.database);
});
beforeEach(async () => {
  await fixture.truncate();
  const { database } = fixture;
  await database.query({
    text: `INSERT INTO ${database.projection}.checkpoints (topic, partition, next, cluster_id, generation)
           VALUES ('jobs.probe', 0, 5, 'test', 1), ('jobs.probe', 1, 0, 'test', 1)`,
  });
});
afterAll(() => fixture.drop());

const move = (partition: number, next: number) =>
  fixture.database.query({
    text: `UPDATE ${fixture.database.projection}.checkpoints SET next = $2 WHERE partition = $1`,
    values: [partition, next],
  });

describe('the progress of the projection', () => {
  it('has passed where every partition stands at its end or beyond', async () => {
    expect(await progress.hasPassed(new Map([['jobs.probe', [5, 0]]]))).toBe(true);
    expect(await progress.hasPassed(new Map([['jobs.probe', [4, 0]]]))).toBe(true);
    expect(await progress.hasPassed(new Map([['jobs.probe', [6, 0]]]))).toBe(false);
    expect(await progress.hasPassed(new Map([['jobs.probe', [5, 1]]]))).toBe(false);
  });

  it('has not passed records of a partition that no projector has begun', async () => {
    expect(await progress.hasPassed(new Map([['jobs.new', [1]]]))).toBe(false);
    expect(await progress.hasPassed(new Map([['jobs.new', [0]]]))).toBe(true);
  });

  it('answers all who wait as soon as it has passed what each waits for', async () => {
    const waits = [6, 7, 8].map((end) =>
      progress.waitUntilPassed(new Map([['jobs.probe', [end, 0]]]), 30_000),
    );
    await move(0, 8);
    expect(await Promise.all(waits)).toEqual([true, true, true]);
  });

  it('says so when the time is over', async () => {
    expect(await progress.waitUntilPassed(new Map([['jobs.probe', [9, 9]]]), 30)).toBe(false);
  });

  it('rejects while Postgres is away', async () => {
    const proxy = await DatabaseProxy.open(fixture.settings.url);
    const database = new Database({ ...fixture.settings, url: proxy.url });
    proxy.cut();
    const waits = new ProjectionProgress(database).waitUntilPassed(new Map([['jobs.probe', [9, 9]]]), 30_000);
    await expect(waits).rejects.toMatchObject({ code: 'database_unreachable' });
    await database.close();
    await proxy.close();
  });
});

describe('checkpoints', () => {
  const start = 99;
  const admin = {
    clusterId: async () => 'test',
    startOffsets: async () => new Map([['jobs.probe', [start, start, start]]]),
  };
  const checkpointsOf = (generation?: number) =>
    new Checkpoints(fixture.database, admin as unknown as TopicAdmin, generation);
  const moveAll = (checkpoints: Checkpoints, moves: Move[]) =>
    fixture.database.transaction((session) => checkpoints.move(session, moves));
  const partitions = [0, 1].map((partition) => ({ topic: 'jobs.probe', partition }));

  it('move together or not at all, and only from where they stand', async () => {
    const checkpoints = checkpointsOf();
    await checkpoints.open(partitions);
    const [first, second] = [
      { topic: 'jobs.probe', partition: 0, from: 5, to: 9 },
      { topic: 'jobs.probe', partition: 1, from: 3, to: 9 },
    ];
    await expect(moveAll(checkpoints, [first, second])).rejects.toMatchObject({ code: 'position_moved' });
    expect(await checkpoints.open(partitions)).toEqual([5, 0]);
    await moveAll(checkpoints, [first, { ...second, from: 0 }]);
    expect(await checkpoints.open(partitions)).toEqual([9, 9]);
  });

  it('do not move under another generation, or of a partition that has none', async () => {
    const move = { topic: 'jobs.probe', partition: 0, from: 5, to: 6 };
    const next = checkpointsOf(2);
    await next.open(partitions);
    await expect(moveAll(next, [move])).rejects.toMatchObject({ code: 'position_moved' });
    const checkpoints = checkpointsOf();
    await checkpoints.open(partitions);
    await expect(moveAll(checkpoints, [{ ...move, partition: 7 }])).rejects.toMatchObject({
      code: 'position_moved',
    });
  });

  it('begin once, whoever is first, where the log does', async () => {
    const all = [...partitions, { topic: 'jobs.probe', partition: 2 }];
    expect(await checkpointsOf().open(all)).toEqual([5, 0, start]);
    expect(await checkpointsOf().open(all)).toEqual([5, 0, start]);
  });
});
