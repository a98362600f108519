import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deriveJobId, newJobId } from '@jobstream/contracts';
import { decodeRecord, decodeUniqueMark } from '@jobstream/contracts/records';
import type { AcceptedJob } from '@jobstream/contracts/rest';
import { NeverSentError, UnacknowledgedError, type SendOutcome } from '@jobstream/kafka';
import { eventually, readTopics } from '@jobstream/testing';
import { freeKeys } from '@jobstream/unique-keys';
import { Registry } from 'prom-client';
import { JobIntake } from '../job-intake.js';

import { StackFixture } from '../stack.fixture-spec.js';
import { UniqueJobs, type Produce } from './unique-jobs.js';

describe('a job with a unique key', () => {
  const stack = new StackFixture();
  let intakes: JobIntake[];
  beforeAll(async () => {
    await stack.start();
    await stack.intake.learnTime();
    // As two processes have them.
    intakes = [0, 1].map(
      () =>
        new JobIntake({
          ...stack,
          uniqueJobs: new UniqueJobs(stack.database, stack.producer.brokerClock, new Registry()),
        }),
    );
  });
  afterAll(() => stack.stop());

  const probe = (key: string, unique: object = {}, fields: object = {}) => ({
    type: 'probe.run',
    payload: {},
    unique: { key, ...unique },
    ...fields,
  });
  const submit = (submission: object, nth = 0): Promise<AcceptedJob> => intakes[nth % 2]!.submit(submission);
  const rows = async <Row>(text: string, values: unknown[] = []) =>
    (await stack.database.query<Row>({ text: text.replaceAll('$ops', stack.database.operations), values }))
      .rows;
  const delayedOf = (id: string) =>
    rows<{ state: string; value: string; due_at: Date }>(
      'SELECT state, value, due_at FROM $ops.delayed_jobs WHERE id = $1',
      [id],
    );
  const keysOf = (id: string) =>
    rows<{ key_hash: string; acknowledged: boolean }>(
      'SELECT key_hash, acknowledged FROM $ops.unique_keys WHERE job_id = $1',
      [id],
    );
  const recordsOf = async (id: string) =>
    (await readTopics([stack.topics.requests('probe'), stack.topics.delayed]))
      .map(({ value, headers }) => decodeRecord(value, headers))
      .flatMap((record) => ('fault' in record || record.value.id !== id ? [] : [record]));
  const uniqueJobs = () => new UniqueJobs(stack.database, stack.producer.brokerClock, new Registry());
  const requestOf = (submission: object, id = newJobId(stack.producer.brokerClock.now())) => {
    const job = stack.intake.check(submission);
    return { job: { ...job, unique: job.unique! }, id, marks: {} };
  };
  const failing =
    (error: Error): Produce =>
    async (jobs) =>
      jobs.map(() => ({ error }) as SendOutcome);

  it('is one, however many submit its key at once', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, nth) => submit(probe('at once'), nth)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ existing }) => !existing)).toHaveLength(1);
    const { id } = answers[0]!;
    expect(await recordsOf(id)).toMatchObject([{ phase: 'queued', claimed: true }]);
    expect(await keysOf(id)).toMatchObject([{ acknowledged: true }]);
    expect(await delayedOf(id)).toEqual([]);
  });

  it('is one of several in a batch', async () => {
    const items = [
      probe('batch', {}, { payload: { note: 'first' } }),
      { type: 'probe.run', payload: {} },
      probe('batch'),
      probe('batch', { onConflict: 'reject' }),
      probe('batch later', { onConflict: 'replace' }, { delay: '1h', payload: { note: 'a' } }),
      probe('batch later', { onConflict: 'replace' }, { delay: '2h', payload: { note: 'b' } }),
    ];
    const seed = newJobId(stack.producer.brokerClock.now());
    const answer = await intakes[0]!.acceptBatch(intakes[0]!.checkBatch({ items }), seed);
    const id = (index: number) => deriveJobId(seed, String(index));
    expect(answer).toEqual({
      accepted: 5,
      rejected: 1,
      items: [
        { index: 0, id: id(0) },
        { index: 1, id: id(1) },
        { index: 2, id: id(0), existing: true },
        { index: 3, error: expect.objectContaining({ code: 'job_not_unique', id: id(0) }) },
        { index: 4, id: id(4) },
        { index: 5, id: id(4), existing: true },
      ],
    });
    expect(
      (await delayedOf(id(4)))
        .map(({ value }) => JSON.parse(value) as { payload: { note: string } })
        .map(({ payload }) => payload.note),
    ).toEqual(['b']);
  });

  it('is refused by reject, with the id of the first', async () => {
    const { id } = await submit(probe('reject'));
    await expect(submit(probe('reject', { onConflict: 'reject' }), 1)).rejects.toMatchObject({
      code: 'job_not_unique',
      details: { id },
    });
  });

  it('is another one for another type or key', async () => {
    const ids = await Promise.all([submit(probe('one')), submit(probe('other'))]);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(2);
  });

  it('gets payload and time of the last submission that replaces it, as long as it waits', async () => {
    const replace = { onConflict: 'replace' };
    const first = await submit(probe('replace', replace, { delay: '1h', payload: { note: 'old' } }));
    const second = await submit(probe('replace', replace, { delay: '10m', payload: { note: 'new' } }), 1);
    expect(second).toMatchObject({ id: first.id, existing: true, state: 'scheduled' });
    const [row] = await delayedOf(first.id);
    expect(JSON.parse(row!.value)).toMatchObject({ payload: { note: 'new' } });
    const records = await recordsOf(first.id);
    expect(records.map(({ value }) => (value as { payload?: unknown }).payload)).toMatchObject([
      { note: 'old' },
      { note: 'new' },
    ]);
    const runAt = Date.parse((records[1]!.value as { runAt: string }).runAt);
    expect(Math.abs(row!.due_at.getTime() - runAt)).toBeLessThan(2);
    await rows(`UPDATE $ops.delayed_jobs SET state = 'publishing' WHERE id = $1`, [first.id]);
    await expect(submit(probe('replace', replace, { delay: '1h' }))).rejects.toMatchObject({
      code: 'job_not_unique',
      details: { id: first.id },
    });
  });

  it('starts after the quiet of a debounce, and at its max at the latest', async () => {
    const debounced = (note: string) =>
      probe('quiet', { debounce: '60s', max: '90s' }, { payload: { note } });
    const first = await submit(debounced('first'));
    const createdAt = Date.parse(first.createdAt);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, nth) => submit(debounced(`${nth}`), nth)),
    );
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([first.id]));
    const dueAt = async () => (await delayedOf(first.id))[0]!.due_at.getTime() - createdAt;
    expect(await dueAt()).toBeGreaterThanOrEqual(60_000);
    expect(await dueAt()).toBeLessThan(75_000);
    // As it were, had the time passed: the cap counts from the first submission.
    const late = new UniqueJobs(stack.database, { now: () => createdAt + 85_000 }, new Registry());
    await late.accept([requestOf(debounced('late'))], (jobs) => stack.intake.produce(jobs));
    expect(await dueAt()).toBe(90_000);
    await rows(`UPDATE $ops.delayed_jobs SET state = 'publishing' WHERE id = $1`, [first.id]);
    const next = await submit(debounced('next'));
    expect(next.id).not.toBe(first.id);
    expect(next.existing).toBeUndefined();
  });

  it('holds its key for a time, whatever becomes of it', async () => {
    const { id } = await submit(probe('hourly', { for: '1h' }));
    expect((await submit(probe('hourly', { for: '1h' }))).id).toBe(id);
    await rows(`UPDATE $ops.unique_keys SET free_at = now() WHERE job_id = $1`, [id]);
    expect((await submit(probe('hourly', { for: '1h' }))).id).not.toBe(id);
  });

  it('gives its key back when the log certainly does not have it', async () => {
    const request = requestOf(probe('not sent'));
    const [answer] = await uniqueJobs().accept(
      [request],
      failing(new NeverSentError('jobs.probe', new Error('away'))),
    );
    expect(answer).toMatchObject({ code: 'broker_unavailable' });
    expect(await keysOf(request.id)).toEqual([]);
    expect(await delayedOf(request.id)).toEqual([]);
    expect((await submit(probe('not sent'))).existing).toBeUndefined();
  });

  it('keeps key and request while it is unknown whether the log has it; others wait for that', async () => {
    const request = requestOf(probe('unknown'));
    const [answer] = await uniqueJobs().accept(
      [request],
      failing(new UnacknowledgedError('jobs.probe', new Error('lost'))),
    );
    expect(answer).toMatchObject({ code: 'submit_unknown', details: { id: request.id } });
    expect(await keysOf(request.id)).toMatchObject([{ acknowledged: false }]);
    // What the scheduler sends when its rest is over.
    expect(await delayedOf(request.id)).toMatchObject([{ state: 'publishing' }]);
    let isAnswered = false;
    const other = submit(probe('unknown')).finally(() => (isAnswered = true));
    await eventually(async () => {
      const waiting = await rows<{ count: number }>(
        `SELECT count(*)::int AS count FROM $ops.unique_keys WHERE job_id = $1`,
        [request.id],
      );
      expect(waiting).toEqual([{ count: 1 }]);
    });
    expect(isAnswered).toBe(false);
    await rows(`UPDATE $ops.unique_keys SET taken_at = now() - interval '1 min' WHERE job_id = $1`, [
      request.id,
    ]);
    expect(await other).toMatchObject({ id: request.id, existing: true });
  });

  it('is free after its end for the next one, and for nobody else by the end of another job', async () => {
    const { id } = await submit(probe('ended'));
    const [record] = await recordsOf(id);
    const { hash } = decodeUniqueMark(record!.unique!);
    const { database } = stack;
    await freeKeys(database, database.operations, [{ hash, jobId: newJobId() }]);
    expect((await submit(probe('ended'))).id).toBe(id);
    await freeKeys(database, database.operations, [{ hash, jobId: id }]);
    expect((await submit(probe('ended'))).id).not.toBe(id);
  });

  it('has a key of 1 to 512 characters', async () => {
    const check = (key: string) => () => stack.intake.check(probe(key));
    expect(check('k'.repeat(512))).not.toThrow();
    for (const key of ['', 'k'.repeat(10 * 1024)])
      expect(check(key)).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          details: { errors: [expect.objectContaining({ pointer: '/unique/key' })] },
        }),
      );
    expect(() => stack.intake.check(probe('k', { debounce: '1s' }, { delay: '1s' }))).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
