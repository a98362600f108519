import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineJob, defineQueue, exponentialBackoff, isQueueName, neededScope } from './job-definition.js';
import type { DefinedHandler } from './job-handler.js';
import { describeJobType } from './job-type.js';
import { valueAt } from './payload-path.js';
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

  it('is submitted with the scope `submit`, unless it says another, by the payload where that decides', () => {
    const job = { type: 'a', queue, payload: schema, result: schema };
    expect(neededScope(defineJob(job), { risky: true })).toBe('submit');
    expect(neededScope(defineJob({ ...job, submitScope: 'operate' }), {})).toBe('operate');
    const byPayload = defineJob({ ...job, operateWhen: { 'how.risky': [true, 'very'] } });
    const scopes = [true, 'very', false, undefined].map((risky) =>
      neededScope(byPayload, { how: { risky } }),
    );
    expect(scopes).toEqual(['operate', 'operate', 'submit', 'submit']);
  });

  it('reads the value at a path, of its own fields only', () => {
    const payload = { customer: { id: 7 }, list: ['x'] };
    const values = ['customer.id', 'customer', 'customer.name', 'list.0', 'customer.constructor', 'a.b'].map(
      (path) => valueAt(payload, path),
    );
    expect(values).toEqual([7, { id: 7 }, undefined, 'x', undefined, undefined]);
  });

  it.each([
    [{ type: 'A.b' }, /lower case words/],
    [{ retries: 2 }, /need a backoff/],
    [{ orderBy: 'a..b' }, /not a path/],
    [{ operateWhen: { '': [1] } }, /not a path/],
    [{ search: ['a..b'] }, /search: "a..b": write the names/],
    [{ search: ['half\ud83d'] }, /write the names/],
    [{ search: ['pages.0'] }, /"pages.0": name fields, not places/],
    [{ search: ['pages.-1'] }, /not places/],
    [{ search: ['a', 'a'] }, /search: A path is named twice/],
    [{ search: 'abcdefghi'.split('') }, /search: A type has at most 8 paths/],
    [{ retries: -1 }, /whole number from 0/],
    [{ retries: 1, backoff: ['soon'] }, /not a duration/],
  ])('refuses %j', (bad, message) => {
    expect(() =>
      defineJob({ type: 'a.b', queue, payload: schema, result: schema, ...(bad as object) }),
    ).toThrow(message);
  });

  it('publishes by which fields its jobs are searched, and nothing where there are none', () => {
    const plain = { type: 'a', queue, payload: schema, result: schema };
    const searched = describeJobType(defineJob({ ...plain, search: ['imageId', 'customer.id'] }));
    expect(searched.search).toEqual(['imageId', 'customer.id']);
    expect(describeJobType(defineJob({ ...plain, search: [] }))).not.toHaveProperty('search');
  });

  it('reads the isolation and the memory of a handler, and publishes neither', () => {
    const plain = { type: 'a', queue, payload: schema, result: schema };
    const isolated = defineJob({ ...plain, isolation: 'process', memory: '2GB' });
    expect(isolated).toMatchObject({ isolation: 'process', memoryMiB: 2_048 });
    expect(defineJob(plain).isolation).toBe('none');
    expect(describeJobType(isolated)).toEqual(describeJobType(defineJob(plain)));
    expect(() => defineJob({ ...plain, isolation: 'vm' as 'thread' })).toThrow(
      /isolation must be one of none, thread, process/,
    );
    expect(() => defineJob({ ...plain, memory: '1MB' })).toThrow(/"a": memory: "1MB" is not an amount/);
  });

  it('refuses a queue name that a topic name can not contain', () => {
    expect(() => defineQueue('a.b')).toThrow(/Queue name/);
  });

  it('makes exponential ladders with a cap', () => {
    expect(exponentialBackoff('1s', 5, '5s')).toEqual(['1000ms', '2000ms', '4000ms', '5000ms', '5000ms']);
  });
});

describe('JobDefinition.handle', () => {
  const job = defineJob({ type: 'a.b', queue, payload: z.object({ n: z.int() }), result: z.int() });

  it('puts a function beside its definition, and is no part of what is published', () => {
    const handler = job.handle(({ n }) => n * 2);
    expect(handler.definition).toBe(job);
    expect(handler.handle({ n: 21 }, undefined as never)).toBe(42);
    expect(describeJobType(job)).not.toHaveProperty('handle');
  });

  it('holds the function to payload and result when it is compiled', () => {
    // @ts-expect-error The result is a number.
    job.handle(() => 'no');
    // @ts-expect-error The payload has no such field.
    job.handle(({ m }) => Number(m));
    const handlers: readonly DefinedHandler[] = [job.handle(({ n }, { attempt }) => n + attempt)];
    expect(handlers).toHaveLength(1);
  });
});
