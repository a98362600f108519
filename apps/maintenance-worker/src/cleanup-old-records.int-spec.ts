import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import type { JobLogPage, RebuildView } from '@jobstream/contracts/rest';
import { schemasOf } from '@jobstream/database';
import { ClaimStore } from '@jobstream/execution';
import { FlowCoordinator } from '@jobstream/flows';
import { KafkaConnection } from '@jobstream/kafka';
import { createLogger } from '@jobstream/runtime';
import { readPositions } from '@jobstream/sink';
import { eventually, Platform, readTopics, type ApiClient } from '@jobstream/testing';
import { tellsOfEnds, WebhookFollower, WebhookStore } from '@jobstream/webhooks';
import { Registry } from 'prom-client';
import { CleanupOldRecordsHandler } from './cleanup-old-records.handler.js';
import { Maintenance } from './maintenance.fixture-spec.js';
import { dayMs } from './retention.js';

const { signal } = new AbortController();

describe('old records', () => {
  let platform: Platform;
  let api: ApiClient;
  let maintenance: Maintenance;
  let handler: CleanupOldRecordsHandler;
  let follower: WebhookFollower;
  let coordinator: FlowCoordinator;
  /** A job that ran under a claim. */
  let once: string;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
    api = platform.api;
    maintenance = await Maintenance.open(platform.environment());
    handler = maintenance.get(CleanupOldRecordsHandler);
    // Alone, because a scheduler fires schedules too.
    const { admin, database, intake } = maintenance;
    follower = new WebhookFollower({
      connection: maintenance.get(KafkaConnection),
      admin,
      topics: platform.topics,
      database,
      intake,
      webhooks: new WebhookStore(database),
      maxRetries: 0,
      metrics: new Registry(),
      logger: createLogger('webhooks', 'silent'),
      onFatal: (error) => {
        throw error;
      },
    });
    follower.start();
    coordinator = new FlowCoordinator({
      connection: maintenance.get(KafkaConnection),
      admin,
      topics: platform.topics,
      database,
      intake,
      metrics: new Registry(),
      logger: createLogger('flows', 'silent'),
      onFatal: (error) => {
        throw error;
      },
    });
    coordinator.start();
  });
  afterAll(async () => {
    await Promise.all([follower?.stop(), coordinator?.stop()]);
    await maintenance?.close();
    await platform?.stop();
  });

  /** As if it ran in so many days. */
  const cleanIn = (days: number) => handler.handle({}, { signal, now: () => Date.now() + days * dayMs });
  async function finish(count: number, payload: object = {}): Promise<string[]> {
    const ids = [];
    for (let nth = 0; nth < count; nth++) ids.push(await api.submitted('probe.run', payload));
    for (const id of ids) await api.finished(id);
    return ids;
  }
  /** Resolves when the workers of a queue have committed all that it has. */
  const committed = async (queue: string) => {
    const topics = (await maintenance.admin.listTopics()).filter((topic) => {
      const role = platform.topics.roleOf(topic);
      return (role?.kind === 'requests' || role?.kind === 'retry') && role.queue === queue;
    });
    const ends = await maintenance.admin.endOffsets(topics);
    await eventually(async () => {
      const commits = await maintenance.admin.committed(platform.topics.group(queue), topics);
      for (const [topic, offsets] of commits)
        expect(offsets.map((offset) => offset ?? 0)).toEqual(ends.get(topic));
    });
  };
  /** Resolves when all ends are looked through for webhooks. */
  const told = async () => {
    const topics = (await maintenance.admin.listTopics()).filter((topic) =>
      tellsOfEnds(platform.topics.roleOf(topic)),
    );
    const clusterId = await maintenance.admin.clusterId();
    await eventually(async () => {
      for (const [topic, ends] of await maintenance.admin.endOffsets(topics)) {
        for (const service of ['webhook-ends', 'flow-ends'] as const) {
          const reader = platform.topics.serviceGroup(service);
          const next = await readPositions(maintenance.database, { reader, clusterId, topic });
          expect([service, topic, ends.map((_, partition) => next.get(partition))]).toEqual([
            service,
            topic,
            ends,
          ]);
        }
      }
    });
  };
  const keysIn = async (topic: string) =>
    (await readTopics([topic])).map(({ key }) => key?.toString()).filter((key) => key !== undefined);
  const stateOf = async (id: string) => (await api.get(`/v1/jobs/${id}`)).body.state;
  const claimed = async (id: string) =>
    (
      await maintenance.database.query({
        text: `SELECT FROM ${maintenance.database.operations}.claims WHERE id = $1`,
        values: [id],
      })
    ).rows.length === 1;
  /** Ended claims of jobs that a delayed job, an occurrence of a schedule, a replay and a flow may still send. */
  const claimsOfUnsent = async () => {
    const { operations } = maintenance.database;
    const claims = maintenance.get(ClaimStore);
    const flow = newJobId();
    await maintenance.database.query({
      text: `INSERT INTO ${operations}.flows (id, state, on_failure, total, created_at)
             VALUES ($1, 'running', 'cancel', 1, now() + interval '100 days')`,
      values: [flow],
    });
    const rows = [
      `delayed_jobs (id, run, attempt, state, due_at, queue, priority, key, value, headers)
         VALUES ($1, 1, 1, 'publishing', now(), 'probe', 'normal', '', '', '')`,
      `schedule_firings (schedule, fire_at, job_id, job, state, watched, decided_at)
         VALUES ('s', now(), $1, '{}', 'pending', false, now())`,
      `replay_jobs (job_id, run, replay_id, state) VALUES ($1, 2, $1, 'reserved')`,
      `flow_steps (flow_id, place, name, job_id, type, queue, state, waits, is_last, is_referred, submission)
         VALUES ('${flow}', 0, 'step', $1, 'probe.run', 'probe', 'started', 0, true, false, '{}')`,
    ];
    const ids = [];
    for (const row of rows) {
      const id = newJobId();
      ids.push(id);
      await maintenance.database.query({ text: `INSERT INTO ${operations}.${row}`, values: [id] });
      const taken = await claims.take({ id, run: 1, attempt: 1, inPlace: false, owner: 'test' });
      if (taken.kind !== 'taken') throw new Error(`The claim is ${taken.kind}.`);
      await claims.end(taken.claim, { isFinal: true, outcome: '1' });
    }
    return ids;
  };
  const requests = () => keysIn(platform.topics.requests('probe'));

  it('stay until they are past their retention', async () => {
    await finish(3);
    const { body } = await api.submit('probe.run', {}, { 'idempotency-key': '"once"' });
    once = body.id as string;
    await api.finished(once);
    expect(await cleanIn(29)).toMatchObject({ heldBy: null, records: {}, jobs: 0, claims: 0 });
    expect(await claimed(once)).toBe(true);
  });

  it('of what handlers have logged go by their age alone', async () => {
    const [id] = await finish(1, { logLines: 2 });
    const lines = async () => (await api.get<JobLogPage>(`/v1/jobs/${id}/logs`)).body.items;
    await eventually(async () => expect(await lines()).toHaveLength(2));
    expect(await cleanIn(6)).toMatchObject({ logs: 0 });
    expect(await lines()).toHaveLength(2);
    expect(await cleanIn(8)).toMatchObject({ logs: 1, records: {} });
    expect(await lines()).toEqual([]);
  });

  it('go where all have passed them; a job that waits keeps itself and all that came later', async () => {
    const old = await finish(20);
    const [dead] = await finish(1, { failTimes: 1, failWith: 'non-retryable' });
    // Nobody works this queue off.
    const waiting = await api.submitted('image.thumbnail', { imageId: 'none' });
    const late = await finish(5);
    await committed('probe');
    await told();
    await maintenance.projection.await();

    const { heldBy, records, jobs } = await cleanIn(40);
    expect(heldBy).toBe(platform.topics.group('image'));
    expect(records[platform.topics.requests('probe')]).toBeGreaterThanOrEqual(20);
    expect(records[platform.topics.requests('image')]).toBeUndefined();
    expect((await requests()).sort()).toEqual([...late].sort());
    expect(await keysIn(platform.topics.requests('image'))).toEqual([waiting]);
    expect(await keysIn(platform.topics.deadLetters('probe'))).toEqual([dead]);

    expect(jobs).toBeGreaterThanOrEqual(20);
    // Of the database: the process that accepted them remembers them for an hour.
    for (const id of old) expect(await maintenance.jobs.find(id)).toBeUndefined();
    expect(await stateOf(dead!)).toBe('dead_lettered');
    expect(await stateOf(waiting)).toBe('queued');
    expect(await stateOf(late[0]!)).toBe('succeeded');
    const total = Object.values(records).reduce((sum, each) => sum + each, 0);
    console.log(`${total} records and ${jobs} rows deleted, held by ${heldBy}: the waiting job stays`);
  });

  it('stay, rows and all, while a rebuild has yet to read them', async () => {
    await finish(1);
    await maintenance.projection.await();
    expect(await platform.one('projector').stop()).toBe(0);
    const { id } = (await api.post<RebuildView>('/v1/rebuilds', {})).body;
    const { heldBy, records, jobs } = await cleanIn(40);
    expect(heldBy).toBe(`${schemasOf(platform.namespace).projection}_g2`);
    expect({ records, jobs }).toEqual({ records: {}, jobs: 0 });
    await platform.launch('projector');
    const end = await eventually(async () => {
      const { body } = await api.get<RebuildView>(`/v1/rebuilds/${id}`);
      expect(body.finishedAt).not.toBeNull();
      return body;
    });
    expect(end).toMatchObject({ state: 'swapped', differences: null });
  });

  it('are missed by nobody: readers go on from where the log begins now, and what waited runs', async () => {
    for (const name of ['projector', 'probe-worker']) {
      expect(await platform.one(name).stop()).toBe(0);
      await platform.launch(name);
    }
    await platform.launch('image-worker');
    const [waiting] = await keysIn(platform.topics.requests('image'));
    expect((await api.finished(waiting!)).error).toMatchObject({ code: expect.any(String) });
    const [again] = await finish(1);
    expect(await stateOf(again!)).toBe('succeeded');
    for (const queue of ['probe', 'image']) await committed(queue);
    await told();
    await maintenance.projection.await();
    const { heldBy, records, claims } = await cleanIn(30.5);
    expect([heldBy, claims]).toEqual([null, 0]);
    expect(Object.keys(records)).toContain(platform.topics.requests('image'));
    expect(await requests()).toEqual([]);
    // A day more: by then nobody sends a copy of a request any more.
    expect(await claimed(once)).toBe(true);
    const unsent = await claimsOfUnsent();
    expect((await cleanIn(40)).claims).toBe(1);
    expect(await claimed(once)).toBe(false);
    for (const id of unsent) expect(await claimed(id)).toBe(true);
    await finish(1);
    const alarms = platform.processes.flatMap(({ log }) =>
      log.filter(({ level }) => level === 'error' || level === 'fatal'),
    );
    expect(alarms).toEqual([]);
  });
});
