import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineJob, defineQueue, exponentialBackoff, isQueueName } from './job-definition.js';
import { ownTopics, services } from './own-names.js';

const queue = defineQueue('probe');
const schema = z.object({});

describe('defineQueue', () => {
  it.each([...ownTopics, ...services, 'jobs', 'jobstream'])(
    'refuses %s: the name is taken by the platform',
    (name) => {
      expect(() => defineQueue(name)).toThrow(/has a topic or a consumer group of this name. Use another/);
      expect(isQueueName(name)).toBe(false);
      expect(defineQueue(`${name}-jobs`).name).toBe(`${name}-jobs`);
    },
  );
});

describe('defineJob', () => {
  it('repeats the last delay of the ladder for further retries', () => {
    const job = defineJob({
      type: 'a.b',
      queue,
      payload: schema,
      result: schema,
      retries: 3,
      backoff: ['1s', '5s'],
    });
    expect(job).toMatchObject({ maxAttempts: 4, backoffMs: [1_000, 5_000, 5_000], timeoutMs: 60_000 });
  });

  it('needs no backoff without retries', () => {
    expect(defineJob({ type: 'a', queue, payload: schema, result: schema })).toMatchObject({
      maxAttempts: 1,
      backoffMs: [],
    });
  });

  it('by default takes no claim, and reruns an attempt whose owner died', () => {
    const job = { type: 'a', queue, payload: schema, result: schema };
    expect(defineJob(job)).toMatchObject({ exclusive: false, onOwnerDeath: 'rerun' });
    expect(defineJob({ ...job, exclusive: true, onOwnerDeath: 'dead-letter' })).toMatchObject({
      exclusive: true,
      onOwnerDeath: 'dead-letter',
    });
  });

  it('is submitted with the scope `submit` unless it names another one, also by the payload', () => {
    const job = { type: 'a', queue, payload: z.object({ risky: z.boolean() }), result: schema };
    expect(defineJob(job).submitScope({ risky: true })).toBe('submit');
    expect(defineJob({ ...job, submitScope: 'operate' }).submitScope({ risky: false })).toBe('operate');
    const byPayload = defineJob({ ...job, submitScope: ({ risky }) => (risky ? 'operate' : 'submit') });
    expect([true, false].map((risky) => byPayload.submitScope({ risky }))).toEqual(['operate', 'submit']);
  });

  it('gets the ordering key from the payload, after defaults are filled in', () => {
    const payload = z.object({ customer: z.string().default('nobody') });
    const job = defineJob({ type: 'a', queue, payload, result: schema, orderBy: ({ customer }) => customer });
    expect(job.orderBy?.(payload.parse({}))).toBe('nobody');
  });

  it.each([
    [{ type: 'A.b' }, /lower case words/],
    [{ retries: 2 }, /need a backoff/],
    [{ retries: -1 }, /whole number from 0/],
    [{ retries: 1, backoff: ['soon'] }, /not a duration/],
  ])('refuses %j', (bad, message) => {
    expect(() =>
      defineJob({ type: 'a.b', queue, payload: schema, result: schema, ...(bad as object) }),
    ).toThrow(message);
  });

  it('refuses a queue name that a topic name can not contain', () => {
    expect(() => defineQueue('a.b')).toThrow(/Queue name/);
  });

  it('makes exponential ladders with a cap', () => {
    expect(exponentialBackoff('1s', 5, '5s')).toEqual(['1000ms', '2000ms', '4000ms', '5000ms', '5000ms']);
  });
});
