import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from '@jobstream/database';
import { Checkpoints } from './checkpoints.js';
import { DatabaseFixture } from './database.fixture-spec.js';
import { DatabaseProxy } from '@jobstream/testing';
import { ProjectionProgress } from './progress.js';

const identity = { clusterId: 'test', generation: 1 };
let fixture: DatabaseFixture;
let checkpoints: Checkpoints;
let progress: ProjectionProgress;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  checkpoints = new Checkpoints(fixture.database);
  progress = new ProjectionProgress(fixture.database);
});
beforeEach(async () => {
  await fixture.truncate();
  await checkpoints.begin(
    [
      { topic: 'jobs.probe', partition: 0, next: 5 },
      { topic: 'jobs.probe', partition: 1, next: 0 },
    ],
    identity,
  );
});
afterAll(() => fixture.drop());

const move = (partition: number, from: number, to: number) =>
  fixture.database.transaction((session) =>
    checkpoints.move(session, [{ topic: 'jobs.probe', partition, from, to }], identity),
  );

describe('ProjectionProgress', () => {
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
    await move(0, 5, 8);
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

describe('Checkpoints', () => {
  it('move together or not at all, and only from where they stand', async () => {
    const moves = [
      { topic: 'jobs.probe', partition: 0, from: 5, to: 9 },
      { topic: 'jobs.probe', partition: 1, from: 3, to: 9 },
    ];
    const moving = fixture.database.transaction((session) => checkpoints.move(session, moves, identity));
    await expect(moving).rejects.toMatchObject({ code: 'checkpoint_moved' });
    expect([...(await checkpoints.positions(moves)).values()].sort()).toEqual([0, 5]);
  });

  it('do not move under another generation, or of a partition that has none', async () => {
    const write = (partition: number, generation: number) =>
      fixture.database.transaction((session) =>
        checkpoints.move(session, [{ topic: 'jobs.probe', partition, from: 5, to: 6 }], {
          ...identity,
          generation,
        }),
      );
    await expect(write(0, 2)).rejects.toMatchObject({ code: 'checkpoint_moved' });
    await expect(write(7, 1)).rejects.toMatchObject({ code: 'checkpoint_moved' });
  });

  it('begin once, whoever is first', async () => {
    await checkpoints.begin([{ topic: 'jobs.probe', partition: 0, next: 99 }], identity);
    expect((await checkpoints.positions([{ topic: 'jobs.probe', partition: 0 }])).get('jobs.probe/0')).toBe(
      5,
    );
  });
});
