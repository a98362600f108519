import { describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, newJobId, type EnqueuedFlow } from '@jobstream/contracts';
import type { JobRequest } from '@jobstream/contracts/records';
import { stepJobId } from '@jobstream/flows/in-memory';
import { z } from 'zod';
import { page, read, requestsOf, run, workerThat, type Write } from './parent.fixture-spec.js';

describe('a flow that an attempt enqueues', () => {
  const steps = [
    { name: 'one', type: page, payload: { n: 1 } },
    { name: 'two', type: page, payload: { n: 2 }, after: ['one'], delay: '5s' },
  ] as const;

  it('is one job that makes it, under the id of the flow, with the user of the parent', async () => {
    const enqueued: EnqueuedFlow[] = [];
    const worker = workerThat((context) => enqueued.push(context.flow(steps, { onFailure: 'continue' })));
    const parent = newJobId();
    await run(worker, { id: parent, submittedFor: 'ada' }, { offset: 0 });
    await run(worker, { id: parent, submittedFor: 'ada' }, { offset: 0 });
    const [first, again] = requestsOf(worker);
    const { id } = enqueued[0]!;
    expect(first).toMatchObject({
      parent,
      claimed: true,
      value: { id, type: 'flow.make', queue: 'maintenance', priority: 'high' },
    });
    expect((first!.value as JobRequest).payload).toEqual({
      parent,
      flow: {
        onFailure: 'continue',
        jobs: [
          { name: 'one', type: 'bind.page', payload: { n: 1 }, submittedFor: 'ada' },
          {
            name: 'two',
            type: 'bind.page',
            payload: { n: 2 },
            after: ['one'],
            delay: '5s',
            submittedFor: 'ada',
          },
        ],
      },
    });
    expect(enqueued[1]).toEqual(enqueued[0]);
    expect(again!.value.id).toBe(id);
    expect([...enqueued[0]!.jobs]).toEqual([
      ['one', stepJobId(id, 'one')],
      ['two', stepJobId(id, 'two')],
    ]);
  });

  it('can be jobs side by side and one that is told how they ended', async () => {
    const report = defineJob({
      type: 'print.report',
      queue: defineQueue('print'),
      payload: z.strictObject({ pages: z.array(z.unknown()) }),
      result: z.null(),
    });
    const worker = workerThat((context) => {
      const pages = [1, 2].map((n) => ({ type: page, payload: { n } }));
      context.enqueueAndThen(pages, { type: report, payload: { pages: { $outcomes: true } } });
      return 1;
    });
    await run(worker);
    const { payload } = requestsOf(worker)[0]!.value as JobRequest;
    expect(payload).toMatchObject({
      flow: {
        onFailure: 'continue',
        jobs: [
          { name: 'job-0', payload: { n: 1 } },
          { name: 'job-1' },
          { name: 'then', type: 'print.report', after: ['job-0', 'job-1'] },
        ],
      },
    });
  });

  const tooLong = 'x'.repeat(300_000);
  it.each<[string, Write, string, RegExp]>([
    [
      'of a cycle',
      (context) => context.flow([{ ...steps[0], after: ['two'] }, steps[1]]),
      'invalid_flow',
      /wait for each other/,
    ],
    [
      'whose payload breaks its schema',
      (context) => context.flow([{ ...steps[0], payload: { n: 'one' } }]),
      'invalid_flow',
      /\/jobs\/0\/payload\/n/,
    ],
    [
      'that takes a result that its type has not',
      (context) =>
        context.flow([steps[0], { name: 'two', type: page, payload: { n: { $result: 'one.pages' } } }]),
      'invalid_flow',
      /no field "pages"/,
    ],
    ['without jobs', (context) => context.flow([]), 'invalid_flow', /jobs/],
    [
      'that is larger than a job may be',
      (context) => context.flow([{ ...steps[0], payload: { n: 1, size: tooLong } }]),
      'invalid_child',
      /takes at most/,
    ],
  ])('%s is refused at once, and its parent is a dead letter', async (_, write, code, message) => {
    const worker = workerThat((context) => {
      write(context);
      return 1;
    });
    await run(worker);
    expect(worker.sent.map(read)).toMatchObject([
      {
        phase: 'dead_lettered',
        value: { reason: 'non_retryable', error: { code, message: expect.stringMatching(message) } },
      },
    ]);
  });
});
