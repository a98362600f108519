import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { newJobId, Topics, type JobId } from '@jobstream/contracts';
import { decodeRecord, encodePoison, encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import type { RebuildView } from '@jobstream/contracts/rest';
import { databaseSettingsFromEnv, migrate, quoteName } from '@jobstream/database';
import { ClaimStore } from '@jobstream/execution';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import {
  LogEnds,
  JobLogRows,
  OldJobs,
  ErrorGroups,
  Throughput,
  ProjectionProgress,
  Projector,
  Rebuilder,
  Rebuilds,
} from '@jobstream/projection';
import { Replays } from '@jobstream/replay';
import { createLogger } from '@jobstream/runtime';
import { FlowArchive } from '@jobstream/flows';
import { FiringStore } from '@jobstream/scheduling';
import { randomNamespace } from '@jobstream/testing';
import fc from 'fast-check';
import { CleanupOldRecordsHandler } from './cleanup-old-records.handler.js';
import { Maintenance } from './maintenance.fixture-spec.js';
import type { RecordReaders } from './old-records/record-readers.js';
import { dayMs } from './retention.js';

const ends = ['succeeded', 'cancelled', 'expired'] as const;
type Phase = JobRecord['phase'];
type Step = readonly [phase: Phase, run: number, attempt: number];

const queued: Step = ['queued', 1, 1];
const started: Step = ['started', 1, 1];
const succeeded: Step = ['succeeded', 1, 1];
const dead: Step = ['dead_lettered', 1, 1];
const again: Step = ['queued', 2, 1];

/** What jobs go through: each list is written in one round, the next one in the round after it. */
const lives: Record<string, readonly (readonly Step[])[]> = {
  waiting: [[queued]],
  failing: [[queued, started], [['retrying', 1, 1]]],
  plain: [[queued, succeeded]],
  slow: [[queued], [started, ['progress', 1, 1], succeeded]],
  progressed: [[queued, ['progress', 1, 1], succeeded]],
  retried: [[queued, ['retrying', 1, 1], ['succeeded', 1, 2]]],
  delayed: [[['scheduled', 1, 1]], [queued, succeeded]],
  cancelled: [[queued, ['cancelled', 1, 1]]],
  expired: [[queued], [['expired', 1, 1]]],
  dead: [[queued, dead]],
  redriven: [
    [queued, dead],
    [again, ['succeeded', 2, 1]],
  ],
  'redriven at once': [[queued, dead, again, ['succeeded', 2, 1]]],
  'redriven in vain': [[queued, dead, again], [['dead_lettered', 2, 1]]],
  'redriven twice': [
    [queued, dead],
    [again, ['dead_lettered', 2, 1], ['queued', 3, 1], ['succeeded', 3, 1]],
  ],
  // What a frozen worker writes late, and a request that is sent again: before retention has forgotten the job.
  'dead late': [[queued, succeeded, dead]],
  'dead late in both runs': [[queued, dead, again, ['succeeded', 2, 1], dead, ['dead_lettered', 2, 1]]],
  'progress late': [[queued, started, succeeded, ['progress', 1, 1]]],
  'retrying late': [[queued, succeeded, ['retrying', 1, 1]]],
  'sent again': [[queued, succeeded, queued]],
};

interface Round {
  readonly kinds: readonly string[];
  /** Which time of those past it cuts at, in thousandths. */
  readonly cut: number;
  /** It dies when it has emptied so many topics. */
  readonly diesAfter: number;
  readonly deletesDeadLetters: boolean;
}

const round: fc.Arbitrary<Round> = fc.record({
  kinds: fc.array(fc.constantFrom(...Object.keys(lives), 'poison'), { minLength: 5, maxLength: 12 }),
  cut: fc.noBias(fc.nat(999)),
  diesAfter: fc.constantFrom(Infinity, 1, 2),
  deletesDeadLetters: fc.noBias(fc.nat(9)).map((one) => one === 0),
});

class Death extends Error {}

describe('retention and dead letters', () => {
  const namespace = randomNamespace();
  const environment = { ...process.env, JOBSTREAM_NAMESPACE: namespace };
  const settings = databaseSettingsFromEnv(environment);
  const logger = createLogger('test', 'silent');
  const topics = new Topics(namespace);
  const connection = new KafkaConnection(kafkaSettingsFromEnv(environment));
  const admin = new TopicAdmin(connection);
  const producer = new RecordProducer(connection);
  const names = {
    requests: topics.requests('probe'),
    lane: topics.retry('probe', 1_000),
    delayed: topics.delayed,
    events: topics.events,
    deadLetters: topics.deadLetters('probe'),
    clock: topics.clock,
  };
  const topicOf: Record<Phase, string> = {
    scheduled: names.delayed,
    queued: names.requests,
    retrying: names.lane,
    dead_lettered: names.deadLetters,
    started: names.events,
    progress: names.events,
    succeeded: names.events,
    cancelled: names.events,
    expired: names.events,
  };
  let maintenance: Maintenance;
  let projector: Projector;
  let rebuilds: Rebuilds;
  let replays: Replays;
  /** What was appended of each job. */
  const written = new Map<JobId, Step[]>();
  /** Times between two appends. */
  const marks: number[] = [];

  beforeAll(async () => {
    await migrate(settings);
    await admin.ensureTopics(
      Object.values(names).map((name) => ({ name, partitions: name === names.deadLetters ? 1 : 2 })),
    );
    await producer.start();
    maintenance = await Maintenance.open({ ...environment, STORAGE_DIR: tmpdir() });
    rebuilds = new Rebuilds(maintenance.database, settings, undefined);
    const { database, log: reader, intake, jobs: queries } = maintenance;
    const [progress, ends] = [new ProjectionProgress(database), LogEnds.ofAll(admin, topics)];
    const waitUntilCurrent = (timeoutMs: number) => progress.waitUntilCurrent(ends, timeoutMs);
    const projection = { queries, waitUntilCurrent };
    replays = new Replays({ database, reader, admin, topics, intake, projection });
    projector = new Projector({
      connection,
      topics,
      database,
      logger,
      prepare: async () => undefined,
      onFatal: (error) => {
        throw error;
      },
    });
    projector.start();
  });
  afterAll(async () => {
    await projector.stop();
    const { projection, operations } = maintenance.database;
    const kept = (await rebuilds.list()).items.flatMap(({ keptSchema }) => keptSchema ?? []);
    const schemas = [projection, operations, ...kept.map((schema) => quoteName(schema))];
    await maintenance.database.query({ text: `DROP SCHEMA ${schemas.join(', ')} CASCADE` });
    await maintenance.close();
    await producer.stop();
    await admin.deleteTopics(Object.values(names));
    await admin.stop();
  });

  const iso = (ms: number) => new Date(ms).toISOString();

  function recordOf(id: JobId, [phase, run, attempt]: Step): JobRecord {
    const now = Date.now();
    const base = { v: 1, id, type: 'probe.run', queue: 'probe' } as const;
    const request = { ...base, payload: {}, priority: 'normal', maxAttempts: 4 } as const;
    const start = { worker: 'w', at: iso(now - attempt) };
    const error = { code: 'boom', message: 'boom' };
    const values = {
      scheduled: { ...request, runAt: iso(now) },
      queued: request,
      started: { ...base, start },
      progress: { ...base, start, progress: 1 },
      retrying: { ...request, start, error },
      dead_lettered: {
        ...request,
        start,
        error,
        attempts: attempt,
        reason: 'exhausted',
        origin: { topic: names.requests, partition: 0, offset: 0, at: iso(now) },
      },
      succeeded: { ...base, start, finishedAt: iso(now), result: null },
      cancelled: { ...base, finishedAt: iso(now) },
      expired: { ...base, finishedAt: iso(now) },
    };
    return { phase, run, attempt, createdAt: now, value: values[phase] } as JobRecord;
  }

  async function append(id: JobId, step: Step): Promise<void> {
    await producer.send({ topic: topicOf[step[0]], ...encodeRecord(recordOf(id, step)) });
    written.set(id, [...(written.get(id) ?? []), step]);
  }

  /** A dead letter in which no job could be read. */
  const appendPoison = (offset: number) =>
    producer.send({
      topic: names.deadLetters,
      ...encodePoison({
        v: 1,
        reason: 'malformed',
        error: { code: 'malformed', message: 'No JSON.' },
        origin: { topic: names.requests, partition: 0, offset, at: iso(Date.now()) },
        raw: { key: null, value: 'bm90IGpzb24=', headers: {} },
      }),
    });

  async function mark(): Promise<void> {
    await pause(2);
    marks.push(Date.now());
    await pause(2);
  }

  /** Cuts at a time, as if that were its retention ago; may die on the way. */
  async function retain(cutAt: number, diesAfter = Infinity, deletesDeadLetters = false): Promise<void> {
    await maintenance.projection.await();
    let left = diesAfter;
    const dying = {
      startOffsets: (names: string[]) => maintenance.admin.startOffsets(names),
      endOffsets: (names: string[]) => maintenance.admin.endOffsets(names),
      offsetsAt: (names: string[], at: number) => maintenance.admin.offsetsAt(names, at),
      deleteRecordsBefore: (...what: Parameters<TopicAdmin['deleteRecordsBefore']>) => {
        if (left-- <= 0) throw new Death();
        return maintenance.admin.deleteRecordsBefore(...what);
      },
    };
    const { readers, retention } = maintenance;
    const withoutWorkers = {
      topics: () => readers.topics(),
      partitions: (of: never) => readers.partitions(of),
      // No workers and no scheduler run here: that they have read all is as if.
      readings: async (of: never, partitions: never) =>
        (await readers.readings(of, partitions)).filter(({ reader }) =>
          reader.startsWith(settings.schemas.projection),
        ),
    };
    const handler = new CleanupOldRecordsHandler(
      withoutWorkers as unknown as RecordReaders,
      dying as unknown as TopicAdmin,
      maintenance.log,
      maintenance.database,
      maintenance.get(FiringStore),
      maintenance.get(FlowArchive),
      maintenance.get(ClaimStore),
      maintenance.get(OldJobs),
      maintenance.get(JobLogRows),
      maintenance.get(Throughput),
      maintenance.get(ErrorGroups),
      {
        ...retention,
        RETENTION_RECORDS_DAYS: 30,
        RETENTION_DELETES_DEAD_LETTERS: deletesDeadLetters ? 'true' : 'false',
      },
    );
    const { signal } = new AbortController();
    await handler.handle({}, { signal, now: () => cutAt + 30 * dayMs }).catch((error: unknown) => {
      if (!(error instanceof Death)) throw error;
    });
  }

  async function ended(id: string): Promise<RebuildView> {
    const rebuilder = new Rebuilder({ connection, settings, topics, logger });
    rebuilder.start();
    try {
      for (;;) {
        const view = await rebuilds.read(id);
        if (view.finishedAt !== null) return view;
        await pause(20);
      }
    } finally {
      await rebuilder.stop();
    }
  }
  const rebuilt = async (request: object) => ended((await rebuilds.create(request)).id);

  /** How a job stands, by all that was ever written of it. */
  function fateOf(steps: readonly Step[]): { run: number; state: Phase | undefined } {
    const run = Math.max(...steps.map(([, each]) => each));
    const ofRun = steps.flatMap(([phase, each]) => (each === run ? [phase] : []));
    const end = ofRun.find((phase) => (ends as readonly string[]).includes(phase));
    return { run, state: end ?? ofRun.find((phase) => phase === 'dead_lettered') };
  }

  /** The jobs that a redrive may run: dead for good, and still in the log as such. */
  async function redrivable(): Promise<number> {
    const [start] = (await admin.startOffsets([names.deadLetters])).get(names.deadLetters)!;
    const [end] = (await admin.endOffsets([names.deadLetters])).get(names.deadLetters)!;
    const jobs = new Set<JobId>();
    for (let next = start!; next < end!;) {
      const slice = await maintenance.log.read({ topic: names.deadLetters, partition: 0 }, next, end!);
      for (const { value, headers } of slice.records) {
        const read = decodeRecord(value, headers);
        if ('fault' in read) continue;
        const fate = fateOf(written.get(read.value.id)!);
        if (fate.state === 'dead_lettered' && fate.run === read.run) jobs.add(read.value.id);
      }
      next = slice.next;
    }
    return jobs.size;
  }
  async function survey(source: 'dead-letters' | 'history'): Promise<number> {
    const of = { source, queue: 'probe', dryRun: true };
    const outcome = await replays.create(of, null).catch((error: { code?: string }) => {
      if (error.code !== 'nothing_to_replay') throw error;
      return { replayable: 0 };
    });
    return (outcome as { replayable: number }).replayable;
  }

  async function check(): Promise<void> {
    expect(await rebuilt({})).toMatchObject({ state: 'swapped', failure: null, differences: null });
    await maintenance.projection.await();
    expect(await survey('dead-letters')).toBe(await redrivable());
    for (const [id, steps] of written) {
      const row = await maintenance.jobs.find(id);
      const { state } = fateOf(steps);
      if (row && state !== undefined) expect([id, row.state]).toEqual([id, state]);
    }
  }

  it('leave a projection that a rebuild equals, and from which no redrive runs what succeeded', async () => {
    let deleted = 0;
    let keptForDeadLetters = 0;
    let nextPoison = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 3, maxLength: 4 }), async (rounds) => {
        let going: { id: JobId; rest: readonly (readonly Step[])[] }[] = [];
        let poisons: number[] = [];
        for (const { kinds, cut, diesAfter, deletesDeadLetters } of rounds) {
          const setAsideAgain = poisons;
          poisons = kinds.flatMap((kind) => (kind === 'poison' ? [(nextPoison += 1)] : []));
          for (const offset of [...poisons, ...setAsideAgain]) await appendPoison(offset);
          going.push(
            ...kinds.flatMap((kind) => (lives[kind] ? [{ id: newJobId(), rest: lives[kind] }] : [])),
          );
          const longest = Math.max(...going.map(({ rest }) => rest[0]!.length));
          for (let nth = 0; nth < longest; nth += 1) {
            await mark();
            for (const { id, rest } of going) if (rest[0]![nth]) await append(id, rest[0]![nth]!);
          }
          await mark();
          going = going
            .map(({ id, rest }) => ({ id, rest: rest.slice(1) }))
            .filter(({ rest }) => rest.length > 0);
          const cutAt = marks[Math.floor((cut / 1_000) * marks.length)]!;
          await retain(cutAt, diesAfter, deletesDeadLetters);
          await check();
          for (const [id, steps] of written) {
            const isOver = fateOf(steps).state === 'succeeded';
            if ((await maintenance.jobs.find(id)) === undefined) deleted += 1;
            else if (isOver && steps.some(([phase]) => phase === 'dead_lettered')) keptForDeadLetters += 1;
          }
        }
      }),
      { numRuns: 2, endOnFailure: true },
    );
    expect(deleted).toBeGreaterThan(0);
    expect(keptForDeadLetters).toBeGreaterThan(0);
  });

  /** Writes whole lives; answers the jobs. */
  async function live(...kinds: string[]): Promise<JobId[]> {
    const ids = kinds.map(() => newJobId());
    for (const [index, id] of ids.entries())
      for (const step of lives[kinds[index]!]!.flat()) await append(id, step);
    await mark();
    await maintenance.projection.await();
    return ids;
  }

  it('leave nothing to come back where rows went before their dead letters, as they once did', async () => {
    const { projection } = maintenance.database;
    const ids = await live('redriven', 'dead late', 'dead');
    await appendPoison(1);
    await mark();
    await retain(marks.at(-1)!);
    for (const table of ['jobs', 'job_transitions'])
      await maintenance.database.query({
        text: `DELETE FROM ${projection}.${table} WHERE ${table === 'jobs' ? 'id' : 'job_id'} = ANY($1::uuid[])`,
        values: [ids.slice(0, 2)],
      });
    await maintenance.database.query({ text: `DELETE FROM ${projection}.rejected_records` });
    const before = await redrivable();
    expect(await rebuilt({ swap: 'always' })).toMatchObject({ state: 'swapped', differences: null });
    expect(await Promise.all(ids.map(async (id) => (await maintenance.jobs.find(id))?.state))).toEqual([
      undefined,
      undefined,
      'dead_lettered',
    ]);
    expect(await survey('dead-letters')).toBe(before);
  });

  it('take rows from a generation that is kept, so that it can be taken later', async () => {
    const [over, wrong] = await live('plain', 'waiting');
    await maintenance.database.query({
      text: `UPDATE ${maintenance.database.projection}.jobs SET type = 'wrong' WHERE id = $1`,
      values: [wrong],
    });
    const { id, state } = await rebuilt({});
    expect(state).toBe('failed');
    await retain(marks.at(-1)!);
    expect(await maintenance.jobs.find(over!)).toBeUndefined();
    await rebuilds.swap(id);
    expect(await ended(id)).toMatchObject({ state: 'swapped', differences: { total: 1 } });
    expect(await maintenance.jobs.find(over!)).toBeUndefined();
    expect(await maintenance.jobs.find(wrong!)).toMatchObject({ type: 'probe.run' });
  });
});
