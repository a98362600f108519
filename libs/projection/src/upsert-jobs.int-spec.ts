import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId, type JobState, type Priority } from '@jobstream/contracts';
import type { DeadLetterReason } from '@jobstream/contracts/records';
import { openDataSource, type JobEntity } from '@jobstream/database';
import { mergeFolds, type JobFold } from '@jobstream/lifecycle';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { rowsOf, writeRows } from './batch-writer.js';
import type { Database } from '@jobstream/database';
import { DatabaseFixture } from './database.fixture-spec.js';
import { projectRecord, type ProjectedRecord } from './projected-record.js';
import { upsertJobs } from './upsert-jobs.js';
import { historiesOf, incoming, topics, type Facts } from './wire-history.fixture-spec.js';

let fixture: DatabaseFixture;
let entities: DataSource;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  const { url, schemas } = fixture.settings;
  entities = await openDataSource(url, 'projection', schemas.projection);
});
afterAll(async () => {
  await entities.destroy();
  await fixture.drop();
});

function project(facts: Facts): ProjectedRecord {
  const record = incoming(facts);
  return projectRecord(record, topics.roleOf(record.topic)!);
}

function foldOf(history: readonly Facts[]): JobFold {
  return history
    .map((facts) => {
      const projected = project(facts);
      if (projected.kind !== 'job') throw new Error(`A ${projected.kind} record in the history of a job.`);
      return projected.fold;
    })
    .reduce(mergeFolds);
}

/** The rows as folds again, by id. */
async function storedFolds(): Promise<Map<string, JobFold>> {
  const rows = await entities.getRepository<JobEntity>('JobEntity').find();
  return new Map(rows.map((row) => [row.id, readFold(row)]));
}

const ms = (time: Date | null) => time?.getTime() ?? null;

/** TypeORM reads bigints as text. */
function readFold(row: JobEntity): JobFold {
  return {
    id: row.id,
    run: row.run,
    origin: {
      run: row.originRun,
      rank: Number(row.originRank),
      position: row.originPosition,
      type: row.type,
      submittedFor: row.submittedFor,
      traceId: row.traceId,
      createdAt: row.createdAt.getTime(),
    },
    request: {
      rank: Number(row.requestRank),
      position: row.requestPosition,
      appendedAt: row.requestedAt.getTime(),
      queue: row.queue,
      payload: row.payload,
      priority: row.priority as Priority | null,
      maxAttempts: row.maxAttempts,
      orderingKey: row.orderingKey,
      expiresAt: ms(row.expiresAt),
    },
    outcome: {
      rank: Number(row.outcomeRank),
      position: row.outcomePosition,
      appendedAt: row.changedAt.getTime(),
      state: row.state as JobState,
      attempt: row.attempt,
      result: row.result,
      error: row.error,
      progress: row.progress,
      reason: row.reason as DeadLetterReason | null,
      worker: row.worker,
      startedAt: ms(row.startedAt),
      finishedAt: ms(row.finishedAt),
      nextAttemptAt: ms(row.nextAttemptAt),
    },
    starts: row.starts ?? [],
    past: row.past ?? [],
  };
}

/** Writes batches one after another, as one projector does. */
async function writeAll(database: Database, batches: readonly ProjectedRecord[][]): Promise<void> {
  for (const records of batches)
    await database.transaction((session) => writeRows(session, database.projection, rowsOf(records)));
}

describe('rows merged by SQL', () => {
  it('equal the pure fold, for any history, split over any batches of two projectors at once, all of it twice', async () => {
    const writers = [fixture.another(), fixture.another()];
    const ids = Array.from({ length: 12 }, () => newJobId());
    const deals = fc.tuple(...ids.map(historiesOf)).chain((histories) => {
      const all = histories.flat();
      const indexes = [...all.keys(), ...all.keys()];
      return fc.record({
        histories: fc.constant(histories),
        order: fc.shuffledSubarray(indexes, { minLength: indexes.length }),
        hands: fc.array(fc.nat(1), { minLength: indexes.length, maxLength: indexes.length }),
        size: fc.integer({ min: 1, max: 40 }),
      });
    });
    await fc.assert(
      fc.asyncProperty(deals, async ({ histories, order, hands, size }) => {
        await fixture.truncate();
        const all = histories.flat().map(project);
        const dealt = [0, 1].map((hand) =>
          order.filter((_, at) => hands[at] === hand).map((index) => all[index]!),
        );
        await Promise.all(dealt.map((records, hand) => writeAll(writers[hand]!, chunks(records, size))));
        const expected = new Map(histories.map((history, index) => [ids[index]!, foldOf(history)]));
        expect(await storedFolds()).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('hold the history of each record that is not plain once, however often it comes', async () => {
    await fixture.truncate();
    const id = newJobId();
    const records = (['queued', 'started', 'retrying', 'progress', 'succeeded'] as const).map(
      (phase, offset) => project({ id, phase, offset }),
    );
    const writer = fixture.another();
    await writeAll(writer, [records, records.toReversed()]);
    const { rows } = await fixture.database.query({
      text: `SELECT state, "offset" FROM ${fixture.database.projection}.job_transitions ORDER BY "offset"`,
    });
    expect(rows).toEqual([
      { state: 'running', offset: 1 },
      { state: 'retrying', offset: 2 },
    ]);
  });

  it('finish plain jobs without touching an index', async () => {
    const ids = Array.from({ length: 2_000 }, () => newJobId());
    const folds = (phase: 'queued' | 'succeeded') => ids.map((id, offset) => foldOf([{ id, phase, offset }]));
    const { database } = fixture;
    await fixture.truncate();
    await database.transaction((session) => upsertJobs(session, database.projection, folds('queued')));
    const updates = await database.transaction(async (session) => {
      await upsertJobs(session, database.projection, folds('succeeded'));
      const { rows } = await session.query({
        text: `SELECT pg_stat_get_xact_tuples_updated(id) AS all, pg_stat_get_xact_tuples_hot_updated(id) AS hot
               FROM (SELECT $1::regclass::oid AS id) AS jobs`,
        values: [`${database.projection}.jobs`],
      });
      return rows[0];
    });
    expect(updates).toEqual({ all: 2_000, hot: 2_000 });
  });
});

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
