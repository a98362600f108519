import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { mergeFolds, type JobFold } from '@jobstream/lifecycle';
import fc from 'fast-check';
import { rowsOf, writeRows } from './projected-rows.js';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { foldColumns, jobGroups } from './jobs-table.js';
import { projectRecord, type ProjectedRecord } from './projected-record.js';
import { sqlTypes, type ColumnSpec } from './table-columns.js';
import { upsertJobs } from './upsert-jobs.js';
import { historiesOf, incoming, topics, type Facts } from '../wire-history.fixture-spec.js';

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
});
afterAll(() => fixture.drop());

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

type Row = Record<string, Date | string[] | string | number | null>;

/** The rows as folds again, by id. */
async function storedFolds(): Promise<Map<string, JobFold>> {
  const { rows } = await fixture.database.query<Row>({
    text: `SELECT * FROM ${fixture.database.projection}.jobs`,
  });
  return new Map(rows.map((row) => [row.id as string, readFold(row)]));
}

function readFold(row: Row): JobFold {
  const fold: Record<string, unknown> = {
    id: row.id,
    run: row.run,
    starts: row.starts ?? [],
    past: row.past ?? [],
  };
  for (const [group, columns] of Object.entries(jobGroups)) {
    const fields: Record<string, unknown> = {};
    for (const [field, [name]] of Object.entries<ColumnSpec>(columns)) {
      const value = row[name]!;
      fields[field] = value instanceof Date ? value.getTime() : value;
    }
    fold[group] = fields;
  }
  return fold as unknown as JobFold;
}

/** Writes batches one after another, as one projector does. */
async function writeAll(database: Database, batches: readonly ProjectedRecord[][]): Promise<void> {
  for (const records of batches)
    await database.transaction((session) => writeRows(session, database, rowsOf(records)));
}

describe('the table of jobs', () => {
  it('has the columns of a fold, and the mark of what was carried over', async () => {
    const { rows } = await fixture.database.query<{ name: string; type: string }>({
      text: `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
             WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
      values: [`${fixture.database.projection}.jobs`],
    });
    const declared = foldColumns.map(({ name, kind }) => [name, sqlTypes[kind]] as const);
    expect(new Map(rows.map(({ name, type }) => [name, type]))).toEqual(
      new Map([...declared, ['carried', 'boolean']]),
    );
  });
});

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
  });

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
    await database.transaction((session) => upsertJobs(session, database.projection, folds('queued'), []));
    const updates = await database.transaction(async (session) => {
      await upsertJobs(session, database.projection, folds('succeeded'), []);
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
