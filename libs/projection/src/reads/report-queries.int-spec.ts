import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deriveJobId, Topics } from '@jobstream/contracts';
import { encodeRecord, type DeadLetterReason, type JobRecord } from '@jobstream/contracts/records';
import { lowestIdAt } from '@jobstream/contracts/rest';
import { mergeFolds, type JobFold } from '@jobstream/lifecycle';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { projectRecord } from '../rows/projected-record.js';
import { ReportQueries } from './report-queries.js';
import { upsertJobs } from '../rows/upsert-jobs.js';

const topics = new Topics();
const until = Date.parse('2026-11-22T12:00:00.000Z');
const hour = 3_600_000;
let jobs = 0;

/** A job of someone, created some hours before the end of the report, and how it ended. */
interface Past {
  type?: string;
  submittedFor?: string;
  hoursAgo: number;
  tookMs?: number;
  failed?: { reason: DeadLetterReason; code: string; message?: string };
}

function foldOf({ type = 'probe.run', submittedFor = 'ada', hoursAgo, tookMs, failed }: Past): JobFold {
  const createdAt = until - hoursAgo * hour;
  const id = deriveJobId(lowestIdAt(createdAt), String(jobs++));
  const base = { v: 1 as const, id, type, queue: 'probe', submittedFor };
  const request = { ...base, payload: {}, priority: 'normal' as const, maxAttempts: 4 };
  const at = new Date(createdAt).toISOString();
  const start = { worker: 'w', at };
  const head = { run: 1, attempt: 1, createdAt };
  const records: [string, JobRecord][] = [
    [topics.requests('probe'), { ...head, phase: 'queued', value: request }],
  ];
  if (tookMs !== undefined) {
    const finishedAt = new Date(createdAt + tookMs).toISOString();
    records.push([
      topics.events,
      { ...head, phase: 'succeeded', value: { ...base, start, finishedAt, result: null } },
    ]);
  }
  if (failed) {
    const { reason, code, message = 'broke' } = failed;
    const origin = { topic: topics.requests('probe'), partition: 0, offset: jobs, at };
    const value = { ...request, reason, error: { code, message, stack: 's' }, attempts: 1, start, origin };
    records.push([topics.deadLetters('probe'), { ...head, phase: 'dead_lettered', value }]);
  }
  return records
    .map(([topic, record], nth) => {
      const { key, value, headers } = encodeRecord(record);
      const bytes = { key: Buffer.from(key), value: Buffer.from(value), headers };
      const projected = projectRecord(
        { topic, partition: 0, offset: jobs * 10 + nth, timestamp: createdAt, ...bytes },
        topics.roleOf(topic)!,
      );
      if (projected.kind !== 'job') throw new Error(`A ${projected.kind} record.`);
      return projected.fold;
    })
    .reduce(mergeFolds);
}

describe('ReportQueries', () => {
  let fixture: DatabaseFixture;
  let queries: ReportQueries;
  const scope = { submittedFor: 'ada', since: new Date(until - 48 * hour), until: new Date(until) };
  const everybody = { since: scope.since, until: scope.until };

  beforeAll(async () => {
    fixture = await DatabaseFixture.create();
    queries = new ReportQueries(fixture.database);
    const folds = [
      ...[10, 20, 30, 1_000].map((tookMs) => foldOf({ hoursAgo: 1, tookMs })),
      foldOf({ hoursAgo: 30, tookMs: 50, type: 'image.thumbnail' }),
      foldOf({ hoursAgo: 2 }),
      foldOf({ hoursAgo: 3, failed: { reason: 'exhausted', code: 'boom', message: 'first "quoted"' } }),
      foldOf({ hoursAgo: 2, failed: { reason: 'exhausted', code: 'boom' } }),
      foldOf({ hoursAgo: 26, failed: { reason: 'non_retryable', code: 'bad_\u00e9"x' } }),
      foldOf({ hoursAgo: 1, tookMs: 7, submittedFor: 'bob' }),
      foldOf({ hoursAgo: 49, tookMs: 1 }),
      foldOf({ hoursAgo: 0, tookMs: 1 }),
    ].sort((one, other) => (one.id < other.id ? -1 : 1));
    await fixture.database.transaction((session) =>
      upsertJobs(session, fixture.database.projection, folds, []),
    );
  });
  afterAll(() => fixture.drop());

  it('counts by type and state what was created in the scope', async () => {
    expect(await queries.countsByType(scope)).toEqual([
      { type: 'image.thumbnail', state: 'succeeded', count: 1 },
      { type: 'probe.run', state: 'dead_lettered', count: 3 },
      { type: 'probe.run', state: 'queued', count: 1 },
      { type: 'probe.run', state: 'succeeded', count: 4 },
    ]);
    const all = await queries.countsByType(everybody);
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(10);
    expect(await queries.countsByType({ ...scope, submittedFor: 'nobody' })).toEqual([]);
  });

  it('tells how long jobs took', async () => {
    const [image, probe] = await queries.durationsByType(scope);
    expect(image).toEqual({
      type: 'image.thumbnail',
      count: 1,
      meanMs: 50,
      medianMs: 50,
      p95Ms: 50,
      longestMs: 50,
    });
    expect(probe).toMatchObject({ type: 'probe.run', count: 4, meanMs: 265, medianMs: 25, longestMs: 1_000 });
    expect(probe!.p95Ms).toBeGreaterThan(30);
  });

  it('counts every day, also one without jobs', async () => {
    expect(await queries.countsByDay(scope)).toEqual([
      { day: '2026-11-20', succeeded: 0, deadLettered: 0, other: 0 },
      { day: '2026-11-21', succeeded: 1, deadLettered: 1, other: 0 },
      { day: '2026-11-22', succeeded: 4, deadLettered: 2, other: 1 },
    ]);
  });

  it('tells days that were counted when they were over as they stood then, and counts the others', async () => {
    const { operations } = fixture.database;
    await fixture.database.query({
      text: `INSERT INTO ${operations}.daily_statistics (day, type, created, succeeded, dead_lettered, other) VALUES
             ('2026-11-19', 'probe.run', 9, 9, 0, 0), ('2026-11-20', 'report.generate', 6, 1, 2, 3),
             ('2026-11-20', 'probe.run', 7, 7, 0, 0), ('2026-11-22', 'probe.run', 1, 1, 0, 0)`,
    });
    const since = new Date('2026-11-20');
    // The rows of the 20th are gone but one; the 21st was never counted; the 22nd is not over.
    expect(await queries.usageByDay({ since, until: scope.until })).toEqual([
      {
        day: '2026-11-20',
        types: [
          { type: 'probe.run', succeeded: 7, deadLettered: 0, other: 0 },
          { type: 'report.generate', succeeded: 1, deadLettered: 2, other: 3 },
        ],
      },
      {
        day: '2026-11-21',
        types: [
          { type: 'image.thumbnail', succeeded: 1, deadLettered: 0, other: 0 },
          { type: 'probe.run', succeeded: 0, deadLettered: 1, other: 0 },
        ],
      },
      { day: '2026-11-22', types: [{ type: 'probe.run', succeeded: 5, deadLettered: 2, other: 1 }] },
    ]);
    expect(await queries.usageByDay({ since, until: new Date('2026-11-21') })).toHaveLength(1);
  });

  it('groups failures by their cause', async () => {
    expect(await queries.failureCauses(scope)).toEqual([
      { type: 'probe.run', reason: 'exhausted', code: 'boom', count: 2 },
      { type: 'probe.run', reason: 'non_retryable', code: '', count: 1 },
    ]);
  });

  it('lists failed jobs, newest first and no more than asked for', async () => {
    const failed = await queries.failedJobs(scope, 2);
    expect(failed).toEqual([
      {
        id: expect.any(String),
        type: 'probe.run',
        at: new Date(until - 2 * hour),
        code: 'boom',
        message: 'broke',
      },
      {
        id: expect.any(String),
        type: 'probe.run',
        at: new Date(until - 3 * hour),
        code: 'boom',
        message: 'first "quoted"',
      },
    ]);
  });
});
