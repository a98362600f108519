import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, type JobDefinition } from '@jobstream/contracts';
import { decodeJobType, type JobTypeRecord } from '@jobstream/contracts/records';
import { eventually } from '@jobstream/testing';
import { z } from 'zod';
import { handlerOf, StackFixture } from './stack.fixture-spec.js';

const queue = defineQueue('print');
const rules = {
  type: 'print.page',
  queue,
  result: z.string(),
  retries: 20,
  backoff: ['100ms'],
} as const;
const first = defineJob({ ...rules, payload: z.strictObject({ text: z.string() }) });
const second = defineJob({ ...rules, payload: z.strictObject({ text: z.string(), color: z.string() }) });
const added = defineJob({ ...rules, type: 'print.cover', payload: z.strictObject({ text: z.string() }) });
const handled = (definition: JobDefinition) => handlerOf(definition, () => 'printed');

describe('the job types of workers', () => {
  let stack: StackFixture;
  beforeEach(async () => {
    stack = new StackFixture([first]);
    await stack.start();
  });
  afterEach(() => stack.stop(), 60_000);

  /** The record in force, as the log has it. */
  const inForce = (): JobTypeRecord | undefined => {
    const [last] = stack.on(stack.topics.types).slice(-1);
    const read = last && decodeJobType(last.key, last.value);
    return read && 'record' in read ? (read.record ?? undefined) : undefined;
  };
  const untilOwnedBy = (owner: string, check: (record: JobTypeRecord) => boolean = () => true) =>
    stack.until(() => inForce()?.owner === owner && check(inForce()!), `the type to be that of ${owner}`);

  it('are published once, whatever the number of workers and restarts', async () => {
    const worker = await stack.startWorker([handled(first)]);
    await stack.startWorker([handled(first)]);
    await worker.stop();
    await stack.startWorker([handled(first)]);
    expect(stack.on(stack.topics.types)).toHaveLength(1);
    expect(inForce()).toMatchObject({ type: 'print.page', owner: 'test-worker', maxAttempts: 21 });
  });

  it('live side by side during a rolling deployment: no job is lost, none is dead-lettered', async () => {
    const old = await stack.startWorker([handled(first)]);
    const before = await Promise.all(Array.from({ length: 50 }, () => stack.submit(first, { text: 'a' })));
    await Promise.all(before.map(({ id }) => stack.succeeded(id)));
    await stack.startWorker([handled(second)]);
    await untilOwnedBy('test-worker', ({ earlier }) => earlier.length === 1);
    // Of the first deployment: its restart takes nothing back while the second one is served.
    await old.stop();
    const restarted = await stack.startWorker([handled(first)]);
    expect(stack.on(stack.topics.types)).toHaveLength(2);
    const during = await Promise.all(
      Array.from({ length: 200 }, () => stack.submit(second, { text: 'a', color: 'red' })),
    );
    const refused = () => during.filter(({ id }) => stack.of(id, 'retrying').length > 0);
    await stack.until(() => refused().length > 0, 'the old worker to refuse a new payload');
    await restarted.stop();
    await Promise.all(during.map(({ id }) => stack.succeeded(id)));
    expect(during.filter(({ id }) => stack.of(id, 'dead_lettered').length > 0)).toEqual([]);
    const { error } = stack.of(refused()[0]!.id, 'retrying')[0]!.job.value as unknown as {
      error: { code: string; message: string };
    };
    expect(error).toMatchObject({
      code: 'invalid_payload',
      message: expect.stringMatching(
        /serves the definition [0-9a-f]{64} of "print.page"; the one in force is/,
      ),
    });
  });

  it('may be new in a queue that an older worker serves as well: it sends their jobs on', async () => {
    const old = await stack.startWorker([handled(first)]);
    await stack.startWorker([handled(first), handled(added)]);
    await stack.until(
      () => stack.on(stack.topics.types).some(({ key }) => key?.toString() === added.type),
      'the new type to be published',
    );
    const jobs = await Promise.all(Array.from({ length: 100 }, () => stack.submit(added, { text: 'a' })));
    const refused = () => jobs.filter(({ id }) => stack.of(id, 'retrying').length > 0);
    await stack.until(() => refused().length > 0, 'the old worker to refuse a job of the new type');
    await old.stop();
    await Promise.all(jobs.map(({ id }) => stack.succeeded(id)));
    expect(jobs.filter(({ id }) => stack.of(id, 'dead_lettered').length > 0)).toEqual([]);
  });

  it('are rolled back once no worker serves the newer definition', async () => {
    const newer = await stack.startWorker([handled(second)]);
    await newer.stop();
    await stack.startWorker([handled(first)]);
    await untilOwnedBy('test-worker', ({ payload }) => !JSON.stringify(payload).includes('color'));
    await stack.startWorker([handled(first)]);
    expect(stack.on(stack.topics.types)).toHaveLength(2);
  });

  it('belong to their first owner: another one is an alarm, and takes nothing over', async () => {
    await stack.startWorker([handled(first)], { owner: 'shop' });
    const rival = await stack.launchWorker([handled(second)], { owner: 'warehouse' });
    await untilOwnedBy('shop', ({ rivals }) => rivals.some(({ owner }) => owner === 'warehouse'));
    await eventually(async () =>
      expect(await rival.health.report()).toMatchObject({
        ready: false,
        checks: { job_types: { ok: false, why: expect.stringMatching(/"print.page" belongs to shop/) } },
      }),
    );
    expect(inForce()!.payload).not.toMatchObject({ required: ['text', 'color'] });
  });
});
