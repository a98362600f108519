import { describe, expect, it } from '@jest/globals';
import type { QueueView } from '@jobstream/contracts/rest';
import { judge, ratesOf, sampleOf, type QueueSample } from './verdict.js';

const quiet: QueueView = {
  queue: 'image',
  lag: 0,
  lanes: [],
  running: 0,
  retrying: 0,
  scheduled: 0,
  deadLetters: 0,
  paused: false,
  limits: {},
  workers: 1,
  oldestWaitingSeconds: null,
  waitingFor: null,
};

function withBacklog(lag: number, more: Partial<QueueView> = {}): QueueView {
  const partitions = [{ partition: 0, committed: 1_000 - lag, end: 1_000, lag }];
  const lanes = [{ lane: 'normal', topic: 'jobs.image', lag, partitions }];
  return { ...quiet, lag, lanes, oldestWaitingSeconds: 90, ...more };
}

/** Two samples, this many seconds apart. */
function moving(seconds: number, came: number, done: number): QueueSample[] {
  const sample = { came: 0, done: 0, inRetry: 0 };
  return [
    { ...sample, at: 0 },
    { ...sample, at: seconds * 1_000, came: came * seconds, done: done * seconds },
  ];
}

describe('the verdict on a queue', () => {
  it.each([
    ['nothing waits', quiet, [], 'fine', 'Nothing waits.'],
    ['only retries wait', { ...quiet, lag: 2 }, [], 'fine', 'Nothing waits. 2 retries wait for their time.'],
    ['it is paused', { ...quiet, paused: true }, [], 'fine', 'Paused.'],
    [
      'it is paused and jobs wait',
      withBacklog(12, { paused: true }),
      [],
      'trouble',
      'Paused: 12 jobs unfinished, the oldest for 1 min 30 s.',
    ],
    [
      'no worker runs',
      withBacklog(1, { workers: 0 }),
      [],
      'trouble',
      'No worker runs: 1 job unfinished, the oldest for 1 min 30 s.',
    ],
    [
      'the server of its endpoint fails',
      withBacklog(12, { waitingFor: { kind: 'endpoint', text: 'billing.example fails.' } }),
      [],
      'trouble',
      'billing.example fails. 12 jobs unfinished, the oldest for 1 min 30 s.',
    ],
    [
      'it is seen for the first time',
      withBacklog(12),
      [],
      'busy',
      'At work: 12 jobs unfinished, the oldest for 1 min 30 s.',
    ],
    [
      'more comes than is done',
      withBacklog(12),
      moving(10, 20, 12.5),
      'trouble',
      'Backlog grows by 7.5 a second: 12 jobs unfinished, the oldest for 1 min 30 s.',
    ],
    [
      'more is done than comes',
      withBacklog(900),
      moving(10, 10, 11),
      'busy',
      'Drains in about 15 min: 900 jobs unfinished, the oldest for 1 min 30 s.',
    ],
    [
      'as much is done as comes',
      withBacklog(12),
      moving(10, 100, 100),
      'busy',
      'Keeps up: 12 jobs unfinished, the oldest for 1 min 30 s.',
    ],
    [
      'nothing is done',
      withBacklog(12),
      moving(30, 0, 0),
      'trouble',
      'Nothing has finished for 30 s: 12 jobs unfinished, the oldest for 1 min 30 s.',
    ],
  ] as const)('says what is the matter when %s', (_, queue, samples, kind, text) => {
    expect(judge(queue, samples)).toEqual({ kind, text });
  });
});

describe('the rates of a queue', () => {
  it('count the request lanes alone', () => {
    const queue = withBacklog(10);
    const retry = {
      lane: 'retry.60s',
      topic: 'x',
      lag: 7,
      partitions: [{ partition: 0, committed: 0, end: 7, lag: 7 }],
    };
    expect(sampleOf({ ...queue, lanes: [...queue.lanes, retry] }, 5)).toEqual({
      at: 5,
      came: 1_000,
      done: 990,
      inRetry: 7,
    });
  });

  it('are known from two samples a second apart, and never negative', () => {
    expect(ratesOf([])).toBeUndefined();
    expect(ratesOf(moving(0.5, 1, 1))).toBeUndefined();
    expect(ratesOf(moving(10, 3, 2))).toEqual({ came: 3, done: 2 });
    expect(ratesOf(moving(10, -3, -2))).toEqual({ came: 0, done: 0 });
  });
});
