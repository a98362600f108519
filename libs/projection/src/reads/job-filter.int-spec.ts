import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  fixTimes,
  meetsFilter,
  newJobId,
  parseFilter,
  type FilteredJob,
  type FixedTerm,
  type JobId,
} from '@jobstream/contracts';
import fc from 'fast-check';
import { errorGroupOf } from '../error-groups/error-group.js';
import { rowsOf, writeRows } from '../rows/projected-rows.js';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { projectRecord } from '../rows/projected-record.js';
import { incoming, topics, type Facts } from '../wire-history.fixture-spec.js';
import { conditionOf, StatementValues } from './job-condition.js';
import type { JobRow } from './job-row.js';
import { JobQueries } from './job-queries.js';

let fixture: DatabaseFixture;
let queries: JobQueries;
let rows: JobRow[];

/** Texts that mean something to LIKE, to JSON, to SQL or to the filter. */
const texts = [
  'plain',
  'plain text',
  '100%',
  '100 percent',
  'a_b',
  'aXb',
  'back\\slash',
  "quo'te",
  'quo"te',
  'star*',
  'zero\0byte',
  'zerobyte',
  'half\ud83d',
  '\\u0000',
  'größer 🙂',
  '',
];
const replay = newJobId();

beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  const { database } = fixture;
  queries = new JobQueries(database);
  let offset = 0;
  const history = texts.flatMap((text, at): Facts[] => {
    const id = newJobId();
    const base = { id, text, submittedFor: text || 'none', type: `image.${at % 3}` };
    const ends = ['dead_lettered', 'succeeded', 'retrying', 'queued'] as const;
    const end = ends[at % ends.length]!;
    return [
      { ...base, phase: 'queued' },
      ...(end === 'queued' ? [] : [{ ...base, phase: end, start: at, attempt: 1 + (at % 2) }]),
    ];
  });
  const records = history.map((facts) => incoming({ offset: (offset += 1), ...facts }));
  await database.transaction((session) =>
    writeRows(
      session,
      database,
      rowsOf(records.map((record) => projectRecord(record, topics.roleOf(record.topic)!))),
    ),
  );
  const ids = [...new Set(history.map((facts) => facts.id))];
  rows = (await Promise.all(ids.map((id) => queries.find(id)))).map((row) => row!);
  await database.query({
    text: `INSERT INTO ${database.operations}.replay_jobs (job_id, run, replay_id, state) VALUES ($1, 1, $3, 'replayed'), ($2, 1, $3, 'refused')`,
    values: [ids[0], ids[1], replay],
  });
});
afterAll(() => fixture.drop());

async function find(terms: readonly FixedTerm[]): Promise<JobId[]> {
  const found: JobId[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await queries.list({ terms, limit: 7, ...(cursor && { cursor }) });
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  return found.sort();
}

const read = (text: string) => {
  const { terms, faults } = parseFilter(text);
  expect(faults).toEqual([]);
  return fixTimes(terms, () => Date.parse('2026-01-01T02:00:00Z'));
};

function viewOf(row: JobRow): FilteredJob {
  const time = (date: Date | null) => date?.toISOString() ?? null;
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    startedAt: time(row.startedAt),
    finishedAt: time(row.finishedAt),
  };
}

const met = (terms: readonly FixedTerm[]) =>
  rows
    .filter((row) => meetsFilter(viewOf(row), terms))
    .map(({ id }) => id)
    .sort();

describe('the condition of a filter', () => {
  it('finds in Postgres what the same terms find in memory, whatever their values hold', async () => {
    const fragments = fc.constantFrom(
      '',
      ...texts.filter((text) => !/[\0\ud83d]/.test(text)),
      '%',
      '_',
      '\\',
      "'",
      '"',
      'a',
      'z',
      '🙂',
    );
    const value = fc.array(fragments, { minLength: 1, maxLength: 3 }).map((parts) => ({
      kind: 'text' as const,
      parts: parts.filter((part, at) => part !== '' || at === 0 || at === parts.length - 1),
    }));
    const text = fc.record({
      field: fc.constantFrom('for', 'type', 'queue', 'message', 'error', 'key'),
      isNot: fc.boolean(),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    });
    const payload = fc.record({
      field: fc.constant('payload'),
      path: fc.constantFrom('text', 'run', 'none', 'text.x', '%'),
      isNot: fc.boolean(),
      values: fc.array(value, { minLength: 1, maxLength: 2 }),
    });
    const number = fc.record({
      field: fc.constantFrom('run', 'attempt', 'took'),
      isNot: fc.boolean(),
      values: fc.array(
        fc.record({
          kind: fc.constant('number'),
          is: fc.constantFrom('=', '>', '>=', '<', '<='),
          number: fc.constantFrom(0, 1, 2, 5, 999_999_999),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    });
    const states = fc.record({
      field: fc.constant('state'),
      isNot: fc.boolean(),
      values: fc
        .subarray(['dead_lettered', 'succeeded', 'retrying', 'queued'], { minLength: 1 })
        .map((words) => words.map((word) => ({ kind: 'text', parts: [word] }))),
    });
    const terms = fc.array(fc.oneof(text, payload, number, states), { minLength: 1, maxLength: 3 });
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(terms, async (all) => {
        const fixed = all as unknown as FixedTerm[];
        const found = await find(fixed);
        hits += found.length;
        expect(found).toEqual(met(fixed));
      }),
      { numRuns: 150 },
    );
    expect(hits).toBeGreaterThan(0);
  });

  it.each([
    'payload.text:zerobyte',
    'message:zerobyte,100%',
    'payload.text:half',
    'payload.text:"\\\\u0000"',
  ])('reads JSON that Postgres would refuse: %s', async (text) => {
    const terms = read(text);
    expect(await find(terms)).toEqual(met(terms));
    expect(met(terms).length).toBeGreaterThan(0);
  });

  it('finds by ids, by several states through their index, by times and by replays', async () => {
    const [first, second, third] = rows.map(({ id }) => id);
    expect(await find(read(`id:${first},${third}`))).toEqual([first, third].sort());
    expect(await find(read(`-id:${first} id:${first},${second}`))).toEqual([second]);
    expect(await find(read('state:dead_lettered,retrying'))).toEqual(
      met(read('state:dead_lettered,retrying')),
    );
    expect(await find(read(`replay:${replay}`))).toEqual([first]);
    expect(await find(read(`parent:${newJobId()}`))).toEqual([]);
    expect(await find(read(`flow:${newJobId()} -queue:x`))).toEqual([]);
  });

  it('finds the jobs of a group of errors, alone and with other terms', async () => {
    const plain = rows.find(({ error }) => error?.message === 'plain')!;
    const alike = rows.filter(({ type, error }) => type === plain.type && error?.message === 'plain');
    const group = errorGroupOf(plain.type, plain.error!);
    const ids = alike.map(({ id }) => id).sort();
    expect(await find(read(`group:${group}`))).toEqual(ids);
    expect(await find(read(`group:${group},0000000000000000 state:${plain.state}`))).toEqual(ids);
    expect(await find(read(`group:${group} -state:${plain.state}`))).toEqual([]);
    expect(await find(read(`-group:${group}`))).toEqual(
      rows
        .map(({ id }) => id)
        .filter((id) => !ids.includes(id))
        .sort(),
    );
    expect(met(read('group:x'))).toEqual(
      rows
        .filter(({ error }) => error !== null)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('says nothing in the text of a statement that a filter has said', () => {
    const hostile = `for:"'; DROP TABLE jobs; --" payload.x'y:"'*'" run:>1 -message:"*'*"`;
    const values = new StatementValues();
    const text = conditionOf(read(hostile), values, { operations: '"operations"' });
    expect(text).not.toMatch(/DROP|x'y/);
    expect(values.list.flat()).toContain("'; DROP TABLE jobs; --");
  });

  it('looks through payloads in windows of few bytes, and finds the one among them', async () => {
    const { database } = fixture;
    await database.query({
      text: `INSERT INTO ${database.projection}.jobs
             SELECT (jsonb_populate_record(job, jsonb_build_object('id', overlay(id::text PLACING
               to_char(n, 'FM000000000000') FROM 25), 'worker', 'large'))).*
             FROM ${database.projection}.jobs AS job, generate_series(1, 150) AS n WHERE job.id = $1`,
      values: [rows[0]!.id],
    });
    await database.query({
      text: `UPDATE ${database.projection}.jobs SET payload = '{"text":"' || repeat('x', 250000) || '","rare":"'
               || CASE WHEN right(id::text, 12) = '000000000003' THEN 'needle' ELSE 'hay' END || '"}'
             WHERE worker = 'large'`,
    });
    const terms = read('payload.rare:need*');
    expect(await find(terms)).toHaveLength(1);
    expect(await find(read('payload.rare:hay'))).toHaveLength(149);
  });
});
