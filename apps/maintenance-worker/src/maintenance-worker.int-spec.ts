import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issueKey } from '@jobstream/access';
import { deriveJobId, lowestJobId, newJobId, Topics, type JobId } from '@jobstream/contracts';
import { encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import { apiKeyRequestSchema } from '@jobstream/contracts/rest';
import { Flows } from '@jobstream/flows';
import { jobDefinitions, thumbnailKey, uploadKey } from '@jobstream/jobs';
import { databaseSettingsFromEnv, migrate } from '@jobstream/database';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { Projector } from '@jobstream/projection';
import { createLogger } from '@jobstream/runtime';
import { DiscardedObjects, openStorage, type ObjectStorage } from '@jobstream/storage';
import { randomNamespace } from '@jobstream/testing';
import { CleanupExpiredTokensHandler } from './cleanup-expired-tokens.handler.js';
import { CleanupOldFilesHandler } from './cleanup-old-files.handler.js';
import { DailyStatsHandler } from './daily-stats.handler.js';
import { MakeFlowHandler } from './make-flow.handler.js';
import { Maintenance } from './maintenance.fixture-spec.js';
import { NeededUploads } from './needed-uploads.js';
import { dayMs } from './retention.js';

const { signal } = new AbortController();

describe('maintenance', () => {
  const namespace = randomNamespace();
  const environment = { ...process.env, JOBSTREAM_NAMESPACE: namespace };
  const topics = new Topics(namespace);
  const connection = new KafkaConnection(kafkaSettingsFromEnv(environment));
  const admin = new TopicAdmin(connection);
  const producer = new RecordProducer(connection);
  let maintenance: Maintenance;
  let projector: Projector;
  let storage: ObjectStorage;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobstream-maintenance-'));
    storage = await openStorage({ STORAGE_DIR: folder });
    await migrate(databaseSettingsFromEnv(environment));
    await admin.ensureTopics(topics.plan(jobDefinitions, 'small'));
    await producer.start();
    maintenance = await Maintenance.open({ ...environment, STORAGE_DIR: folder });
    projector = new Projector({
      connection,
      topics,
      database: maintenance.database,
      logger: createLogger('test', 'silent'),
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
    await maintenance.database.query({ text: `DROP SCHEMA ${projection}, ${operations} CASCADE` });
    await maintenance.close();
    await producer.stop();
    await admin.deleteTopics((await admin.listTopics()).filter((topic) => topics.roleOf(topic)));
    await admin.stop();
    await rm(folder, { recursive: true });
  });

  const iso = (ms: number) => new Date(ms).toISOString();
  const head = (createdAt: number) => ({ run: 1, attempt: 1, createdAt });
  const base = (id: JobId, type: string, queue: string) => ({ v: 1, id, type, queue }) as const;
  const write = (topic: string, record: JobRecord) => producer.send({ topic, ...encodeRecord(record) });
  const thumbnail = async (imageId: string) =>
    (await maintenance.intake.submit({ type: 'image.thumbnail', payload: { imageId } })).id;
  const succeed = (id: JobId, type: string, queue: string, tookMs: number) => {
    const at = Date.now();
    return write(topics.events, {
      ...head(at),
      phase: 'succeeded',
      value: {
        ...base(id, type, queue),
        result: null,
        finishedAt: iso(at + tookMs),
        start: { worker: 'w', at: iso(at) },
      },
    });
  };
  const deadLetter = (id: JobId, type: string, queue: string, payload: unknown) =>
    write(topics.deadLetters(queue), {
      ...head(Date.now()),
      phase: 'dead_lettered',
      value: {
        ...base(id, type, queue),
        payload,
        priority: 'normal',
        maxAttempts: 1,
        attempts: 1,
        reason: 'exhausted',
        error: { code: 'x', message: 'x' },
        origin: { topic: 't', partition: 0, offset: 0, at: iso(0) },
      },
    });
  const left = async () => {
    const keys: string[] = [];
    for await (const { key } of storage.list('')) keys.push(key);
    return keys.sort();
  };

  it('deletes old objects but for uploads that a job may still read', async () => {
    const put = (key: string) => storage.put(key, Buffer.from('12345678'), { contentType: 'image/png' });
    for (const image of ['waits', 'dead', 'done', 'nobody']) await put(uploadKey(image));
    const thumb = thumbnailKey({ imageId: 'done', width: 300, height: 300, fit: 'cover' });
    await put(thumb);
    await put('reports/some.pdf');
    await thumbnail('waits');
    await deadLetter(await thumbnail('dead'), 'image.thumbnail', 'image', { imageId: 'dead' });
    await succeed(await thumbnail('done'), 'image.thumbnail', 'image', 5);
    const handler = maintenance.get(CleanupOldFilesHandler);
    const after = (days: number) => handler.handle({}, { signal, now: () => Date.now() + days * dayMs });

    const none = { deleted: { uploads: 0, thumbs: 0, reports: 0 }, bytes: 0, restored: 0 };
    expect(await after(80)).toEqual({ ...none, discarded: 0, kept: 0 });
    // A job that ended lately could be replayed: its upload stays.
    const lasting = new CleanupOldFilesHandler(storage, maintenance.get(NeededUploads), {
      ...maintenance.retention,
      RETENTION_REPLAY_DAYS: 365,
    });
    expect(await lasting.handle({}, { signal, now: () => Date.now() + 100 * dayMs })).toEqual({
      ...none,
      discarded: 3,
      kept: 3,
    });
    const kept = [uploadKey('dead'), uploadKey('done'), uploadKey('waits')];
    expect(await left()).toEqual([
      ...['reports/some.pdf', thumb, uploadKey('nobody')].map((key) => `discarded/${key}`).sort(),
      ...kept,
    ]);
    expect(await after(100)).toEqual({
      deleted: { uploads: 1, thumbs: 1, reports: 1 },
      bytes: 24,
      restored: 0,
      discarded: 1,
      kept: 2,
    });
    expect(await after(100)).toMatchObject({ deleted: { uploads: 1, thumbs: 0, reports: 0 }, kept: 2 });
    expect(await left()).toEqual([uploadKey('dead'), uploadKey('waits')]);
  });

  it('puts back an upload that is needed since it was found old, whatever needs it', async () => {
    const { operations } = maintenance.database;
    const submission = (imageId: string) => ({ type: 'image.thumbnail', payload: { imageId } });
    const request = (id: JobId, imageId: string) => ({
      ...base(id, 'image.thumbnail', 'image'),
      payload: { imageId },
      priority: 'normal' as const,
      maxAttempts: 4,
    });
    const run2 = (id: JobId, imageId: string) =>
      ({ run: 2, attempt: 1, createdAt: Date.now(), phase: 'queued', value: request(id, imageId) }) as const;
    /** By image: what happens between the moment it is found that nobody needs it and its deletion. */
    const meanwhile: Record<string, (imageId: string) => Promise<unknown>> = {
      submitted: thumbnail,
      delayed: (imageId) => maintenance.intake.submit({ ...submission(imageId), delay: '10m' }),
      retried: async (imageId) => {
        const id = await thumbnail(imageId);
        const error = { code: 'x', message: 'x' };
        const value = { ...request(id, imageId), error, dueAt: iso(Date.now() + 60_000) };
        await write(topics.delayed, { ...head(Date.now()), phase: 'retrying', value } as JobRecord);
      },
      'dead-lettered': (imageId) => deadLetter(newJobId(), 'image.thumbnail', 'image', { imageId }),
      'run-again': (imageId) => write(topics.requests('image'), run2(newJobId(), imageId)),
      reserved: (imageId) => {
        const id = newJobId();
        const made = { queue: 'image', priority: 'normal', ...encodeRecord(run2(id, imageId)) };
        return maintenance.database.query({
          text: `INSERT INTO ${operations}.replay_jobs (job_id, run, replay_id, state, request)
                 VALUES ($1, 2, gen_random_uuid(), 'reserved', $2)`,
          values: [id, JSON.stringify(made)],
        });
      },
      fired: (imageId) =>
        maintenance.database.query({
          text: `INSERT INTO ${operations}.schedule_firings (schedule, fire_at, job_id, job, state, watched, decided_at)
                 VALUES ('once', now(), gen_random_uuid(), $1, 'pending', false, now())`,
          values: [JSON.stringify(submission(imageId))],
        }),
      scheduled: (imageId) =>
        maintenance.database.query({
          text: `INSERT INTO ${operations}.schedules (name, cron, time_zone, misfire, overlap, paused, job, origin)
                 VALUES ('yearly', '0 0 1 1 *', 'UTC', 'skip', 'allow', false, $1, 'rest')`,
          values: [JSON.stringify(submission(imageId))],
        }),
    };
    const images = Object.keys(meanwhile);
    const others = ['uploaded-again', 'looked-for', 'nobodys'];
    for (const imageId of [...images, ...others]) {
      await storage.put(uploadKey(imageId), Buffer.from(imageId), { contentType: 'image/png' });
      await utimes(join(folder, 'objects', 'uploads', `${imageId},object`), 1, 1);
    }
    const again = () =>
      storage.put(uploadKey('uploaded-again'), Buffer.from('uploaded-again'), {
        contentType: 'image/png',
        ifAbsent: true,
      });
    const moved: string[] = [];
    const watched = Object.assign(Object.create(storage) as ObjectStorage, {
      move: async (...what: Parameters<ObjectStorage['move']>) => {
        const imageId = what[0].slice(uploadKey('').length);
        moved.push(imageId);
        if (imageId === 'uploaded-again') await again();
        await meanwhile[imageId]?.(imageId);
        return storage.move(...what);
      },
    });
    const handler = new CleanupOldFilesHandler(
      watched,
      maintenance.get(NeededUploads),
      maintenance.retention,
    );
    const inHours = (hours: number) =>
      handler.handle({}, { signal, now: () => Date.now() + hours * 3_600_000 });

    expect(await inHours(0)).toMatchObject({ discarded: images.length + 2, restored: 0 });
    expect(moved.sort()).toEqual([...images, ...others].sort());
    expect(await storage.head(uploadKey('uploaded-again'))).toBeDefined();
    const discarded = new DiscardedObjects(storage);
    // A worker finds it at once, and who asks for a job about it has it back.
    for (const imageId of images)
      expect(await text((await discarded.open(uploadKey(imageId)))!.body)).toBe(imageId);
    expect(await discarded.find(uploadKey('looked-for'))).toBeDefined();

    expect(await inHours(1)).toMatchObject({
      deleted: { uploads: 1 },
      restored: images.length,
      discarded: 0,
    });
    const found = [...images, 'uploaded-again', 'looked-for'];
    expect(await left()).toEqual(expect.arrayContaining(found.map((imageId) => uploadKey(imageId))));
    expect(await discarded.open(uploadKey('nobodys'))).toBeUndefined();
  });

  it('counts the jobs of a day by type, again in place of before', async () => {
    const day = iso(Date.now()).slice(0, 10);
    const ids = [newJobId(), newJobId(), newJobId(), newJobId()];
    for (const id of ids)
      await maintenance.intake.accept(maintenance.intake.check({ type: 'probe.run', payload: {} }), id);
    await succeed(ids[0]!, 'probe.run', 'probe', 100);
    await succeed(ids[1]!, 'probe.run', 'probe', 300);
    await deadLetter(ids[2]!, 'probe.run', 'probe', {});
    const handler = maintenance.get(DailyStatsHandler);
    const rows = async () =>
      (
        await maintenance.database.query({
          text: `SELECT type, created, succeeded, dead_lettered, other, median_ms
                 FROM ${maintenance.database.operations}.daily_statistics WHERE day = $1::date AND type = 'probe.run'`,
          values: [day],
        })
      ).rows;
    const expected = {
      type: 'probe.run',
      created: 4,
      succeeded: 2,
      dead_lettered: 1,
      other: 1,
      median_ms: 200,
    };

    // The job of the next day counts the day before.
    expect(await handler.handle({}, { createdAt: Date.parse(day) + 1.5 * dayMs })).toMatchObject({ day });
    expect(await rows()).toEqual([expected]);
    await succeed(ids[3]!, 'probe.run', 'probe', 200);
    await handler.handle({ day }, { createdAt: Date.now() });
    expect(await rows()).toEqual([{ ...expected, succeeded: 3, other: 0 }]);

    // Retention took a job's row meanwhile.
    await maintenance.database.query({
      text: `DELETE FROM ${maintenance.database.projection}.jobs WHERE id = $1`,
      values: [ids[0]],
    });
    await handler.handle({ day }, { createdAt: Date.now() });
    expect(await rows()).toEqual([{ ...expected, succeeded: 3, other: 0 }]);
  });

  it('deletes what expired, however much, and keeps what did not', async () => {
    const { operations } = maintenance.database;
    const insert = (prefix: string, count: number, age: string) =>
      maintenance.database.query({
        text: `INSERT INTO ${operations}.idempotency_keys (owner, route, key, body_hash, seed, written_at)
               SELECT '', 'r', $1 || n, '', gen_random_uuid(), now() - $3::interval FROM generate_series(1, $2) AS n`,
        values: [prefix, count, age],
      });
    await insert('old', 12_000, '25 hours');
    await insert('new', 3, '1 hour');
    const firing = (fireAt: number, state: string, age: string) =>
      maintenance.database.query({
        text: `INSERT INTO ${operations}.schedule_firings (schedule, fire_at, job_id, job, state, watched, decided_at)
               VALUES ('s', $1, gen_random_uuid(), '{}', $2, false, now() - $3::interval)`,
        values: [new Date(fireAt), state, age],
      });
    await firing(1_000, 'fired', '40 days');
    await firing(2_000, 'pending', '40 days');
    await firing(3_000, 'fired', '2 days');
    const apiKey = async (expired: string | null, revoked: string | null) => {
      const { id } = await maintenance.apiKeys.insert(
        issueKey(Date.now()),
        apiKeyRequestSchema.parse({ name: 'x', scopes: ['read'] }),
      );
      await maintenance.database.query({
        text: `UPDATE ${operations}.api_keys SET expires_at = now() - $2::interval, revoked_at = now() - $3::interval WHERE id = $1`,
        values: [id, expired, revoked],
      });
      return id;
    };
    await apiKey('31 days', null);
    await apiKey(null, '31 days');
    await apiKey('-1 days', '31 days');
    const kept = [await apiKey(null, null), await apiKey('29 days', '29 days')];
    const audited = (ageDays: number) => ({
      id: deriveJobId(lowestJobId(Date.now() - ageDays * dayMs), 'x'),
      at: iso(Date.now() - ageDays * dayMs),
      who: null,
      keyId: null,
      action: 'POST /v1/jobs',
      target: '/',
      requestId: 'r',
      status: 202,
    });
    const lately = audited(364);
    await maintenance.audit.append([audited(366), lately]);
    await maintenance.audit.append([lately]);
    const handler = maintenance.get(CleanupExpiredTokensHandler);
    const [first, second] = [await handler.handle({}, { signal }), await handler.handle({}, { signal })];
    expect(first).toEqual({
      idempotencyKeys: 12_000,
      uniqueKeys: 0,
      scheduleFirings: 1,
      flows: 0,
      apiKeys: 3,
      auditEntries: 1,
    });
    expect(second).toEqual({
      idempotencyKeys: 0,
      uniqueKeys: 0,
      scheduleFirings: 0,
      flows: 0,
      apiKeys: 0,
      auditEntries: 0,
    });
    expect((await maintenance.apiKeys.list()).map(({ id }) => id).sort()).toEqual(kept.sort());
    expect((await maintenance.audit.page({ limit: 10 })).items).toHaveLength(1);
  });

  describe('flow.make', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const job = (name: string, after: string[]) => ({ name, type: 'probe.run', payload: {}, after });

    it('makes one flow under its id, with its parent, however often it runs', async () => {
      const [id, parent] = [newJobId(), newJobId()];
      const flow = { jobs: [job('first', []), job('last', ['first'])] };
      const handler = maintenance.get(MakeFlowHandler);
      for (let delivery = 1; delivery <= 2; delivery += 1)
        expect(await handler.handle({ parent, flow }, { id, traceparent })).toEqual({ flow: id, jobs: 2 });
      expect(await maintenance.get(Flows).read(id)).toMatchObject({
        parent,
        state: 'running',
        jobs: [
          { name: 'first', state: 'ready' },
          { name: 'last', state: 'waiting', after: ['first'] },
        ],
      });
    });

    it('fails for good where the flow is not valid, and is tried again while a type is not published', async () => {
      const make = (...jobs: object[]) =>
        maintenance
          .get(MakeFlowHandler)
          .handle({ parent: newJobId(), flow: { jobs } }, { id: newJobId(), traceparent });
      const cycle = make(job('one', ['two']), job('two', ['one']));
      await expect(cycle).rejects.toMatchObject({ code: 'invalid_flow', retryable: false });
      const unknown = make({ ...job('one', []), type: 'not.published' });
      await expect(unknown).rejects.toMatchObject({ code: 'unknown_type' });
      await expect(unknown).rejects.not.toHaveProperty('retryable');
    });
  });
});
