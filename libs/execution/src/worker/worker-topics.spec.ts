import { describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, Topics } from '@jobstream/contracts';
import { z } from 'zod';
import { WorkerTopics } from './worker-topics.js';

const queue = defineQueue('print', { priorities: true });
const definition = defineJob({
  type: 'print.page',
  queue,
  payload: z.object({}),
  result: z.null(),
  retries: 2,
  backoff: ['1s', '60s'],
});

describe('WorkerTopics', () => {
  const make = () => new WorkerTopics(new Topics('test'), queue, [definition]);

  it('consumes the request lanes and the lanes of the definitions before any topic is known', () => {
    const own = [
      'test.jobs.print.high',
      'test.jobs.print',
      'test.jobs.print.low',
      'test.jobs.print.retry.1s',
      'test.jobs.print.retry.60s',
    ];
    expect(make().among([]).sort()).toEqual(own.sort());
    expect([...make().lanesMs]).toEqual([1_000, 60_000]);
  });

  it('consumes existing lanes that no definition names, of its own queue and namespace only', () => {
    const topics = make();
    const found = topics.among([
      'test.jobs.print.retry.7s',
      'test.jobs.printer.retry.9s',
      'jobs.print.retry.9s',
      'test.jobs.print.dlq',
      'test.jobs.events',
      'else',
    ]);
    expect(found).toContain('test.jobs.print.retry.7s');
    expect(found).toHaveLength(6);
    expect([...topics.lanesMs].sort((a, b) => a - b)).toEqual([1_000, 7_000, 60_000]);
  });

  it('reads a lane that is spelled differently, but does not write to it', () => {
    const topics = make();
    expect(topics.among(['test.jobs.print.retry.2m'])).toContain('test.jobs.print.retry.2m');
    expect([...topics.lanesMs]).toEqual([1_000, 60_000]);
  });
});
