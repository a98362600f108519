import { describe, expect, it } from '@jest/globals';
import type { QueueFrame } from '@jobstream/contracts/rest';
import type { QueueSample } from '../../server/queue-samples.js';
import { judge, ratesOf } from './verdict.js';

const none = { came: 0, finished: 0, retried: 0, deadLettered: 0 };

const quiet: QueueFrame = {
  queue: 'image',
  lag: 0,
  backlog: 0,
  running: 0,
  retrying: 0,
  scheduled: 0,
  deadLetters: 0,
  paused: false,
  totals: none,
  workers: 1,
  oldestWaitingSeconds: null,
  waitingFor: null,
};

function withBacklog(backlog: number, more: Partial<QueueFrame> = {}): QueueFrame {
  return { ...quiet, lag: backlog, backlog, oldestWaitingSeconds: 90, ...more };
}

/** Two samples, this many seconds apart. */
function moving(seconds: number, came: number, finished: number): QueueSample[] {
  return [
    { ...none, at: 0 },
    { ...none, at: seconds * 1_000, came: came * seconds, finished: finished * seconds },
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
  it('are known from two samples a second apart, and never negative', () => {
    expect(ratesOf([])).toBeUndefined();
    expect(ratesOf(moving(0.5, 1, 1))).toBeUndefined();
    expect(ratesOf(moving(10, 3, 2))).toEqual({ came: 3, done: 2, retried: 0, deadLettered: 0 });
    expect(ratesOf(moving(10, -3, -2))).toEqual({ came: 0, done: 0, retried: 0, deadLettered: 0 });
  });
});
