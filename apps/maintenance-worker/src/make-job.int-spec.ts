import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId, Topics, type JobId } from '@jobstream/contracts';
import { databaseSettingsFromEnv, migrate } from '@jobstream/database';
import { ClaimStore } from '@jobstream/execution';
import { jobDefinitions } from '@jobstream/jobs';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { randomNamespace } from '@jobstream/testing';
import { Maintenance } from './maintenance.fixture-spec.js';
import { MakeJobHandler } from './make-job.handler.js';

describe('job.make', () => {
  const namespace = randomNamespace();
  const environment = { ...process.env, JOBSTREAM_NAMESPACE: namespace };
  const topics = new Topics(namespace);
  const connection = new KafkaConnection(kafkaSettingsFromEnv(environment));
  const admin = new TopicAdmin(connection);
  let maintenance: Maintenance;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobstream-make-job-'));
    await migrate(databaseSettingsFromEnv(environment));
    await admin.ensureTopics(topics.plan(jobDefinitions, 'small'));
    maintenance = await Maintenance.open({ ...environment, STORAGE_DIR: folder });
    await maintenance.get(RecordProducer).start();
  });
  afterAll(async () => {
    const { projection, operations } = maintenance.database;
    await maintenance.database.query({ text: `DROP SCHEMA ${projection}, ${operations} CASCADE` });
    await maintenance.close();
    await admin.stop();
    await rm(folder, { recursive: true });
  });

  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const made = (
    key: string,
    unique: object = {},
    {
      id = newJobId(),
      at = Date.now(),
      ...fields
    }: { id?: JobId; at?: number; payload?: object; delay?: string } = {},
  ) => {
    const submission = { type: 'probe.run', payload: {}, ...fields, unique: { key, ...unique } };
    const payload = { parent: newJobId(), at, submission };
    return { id, at, make: () => maintenance.get(MakeJobHandler).handle(payload, { id, traceparent }) };
  };
  const delayed = async (id: string) => {
    const { rows } = await maintenance.database.query<{ value: string; due_at: Date }>({
      text: `SELECT value, due_at FROM ${maintenance.database.operations}.delayed_jobs WHERE id = $1`,
      values: [id],
    });
    return rows.map(({ value, due_at }) => ({ ...(JSON.parse(value) as object), dueAt: due_at.getTime() }));
  };

  it('makes one job however often it runs, and finds it for others of its key', async () => {
    const first = made('one');
    const { job, existing } = await first.make();
    expect(existing).toBe(false);
    expect(await first.make()).toEqual({ job, existing: false });
    expect(await made('one').make()).toEqual({ job, existing: true });
  });

  it('takes no key again when it comes again after its job has begun, and leaves that of another', async () => {
    const { operations } = maintenance.database;
    const countKeys = async () =>
      (
        await maintenance.database.query<{ job_id: string }>({
          text: `SELECT job_id FROM ${operations}.unique_keys`,
        })
      ).rows.map(({ job_id }) => job_id);
    const first = made('begun');
    const { job } = await first.make();
    const claim = { id: job, run: 1, attempt: 1, inPlace: false, owner: 'worker/1' };
    await maintenance.get(ClaimStore).take(claim);
    await maintenance.database.query({
      text: `DELETE FROM ${operations}.unique_keys WHERE job_id = $1`,
      values: [job],
    });
    expect(await first.make()).toEqual({ job, existing: false });
    expect(await countKeys()).not.toContain(job);
    const { job: next } = await made('begun').make();
    expect(await first.make()).toEqual({ job, existing: false });
    expect(await countKeys()).toContain(next);
  });

  it('is not in conflict with itself where its key rejects others, and fails those for good', async () => {
    const first = made('rejecting', { onConflict: 'reject' });
    const { job } = await first.make();
    expect(await first.make()).toEqual({ job, existing: false });
    await expect(made('rejecting', { onConflict: 'reject' }).make()).rejects.toMatchObject({
      code: 'job_not_unique',
      retryable: false,
      message: expect.stringContaining(job),
    });
  });

  it('replaces a job that waits, and counts its delay from the call of the handler', async () => {
    const at = Date.now() - 60_000;
    const replace = { onConflict: 'replace' };
    const { job } = await made('replacing', replace, { at, delay: '1h' }).make();
    expect(await delayed(job)).toMatchObject([{ dueAt: at + 3_600_000 }]);
    const payload = { note: 'later' };
    expect(await made('replacing', replace, { payload, delay: '2h' }).make()).toEqual({
      job,
      existing: true,
    });
    const [row] = await delayed(job);
    expect(row).toMatchObject({ payload });
    expect(row!.dueAt).toBeGreaterThan(at + 3_600_000);
  });

  it('is tried again while the type of the job is not published, and fails for good where it is not valid', async () => {
    const handler = maintenance.get(MakeJobHandler);
    const make = (submission: Record<string, unknown>) =>
      handler.handle({ parent: newJobId(), at: Date.now(), submission }, { id: newJobId(), traceparent });
    const unknown = make({ type: 'not.published', payload: {}, unique: { key: 'k' } });
    await expect(unknown).rejects.toMatchObject({ code: 'unknown_type' });
    await expect(unknown).rejects.not.toHaveProperty('retryable');
    await expect(make({ type: 'probe.run', payload: { sleepMs: 'long' } })).rejects.toMatchObject({
      code: 'invalid_payload',
      retryable: false,
    });
  });
});
