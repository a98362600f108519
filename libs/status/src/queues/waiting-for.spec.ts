import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { ownTraceId } from '@jobstream/contracts/records';
import { waitingForSchema, type JobView } from '@jobstream/contracts/rest';
import type { JobFacts } from '../explain/job-facts.js';
import { viewOfRemembered } from '../reads/job-view.js';
import { QueuePaces } from './queue-paces.js';
import type { QueueStatesAt } from './queue-states.js';
import { waitingFor } from './waiting-for.js';

const time = Date.UTC(2026, 0, 1);
const id = newJobId();
const queued: JobView = viewOfRemembered({
  request: {
    v: 1,
    id,
    type: 'probe.run',
    queue: 'probe',
    payload: {},
    priority: 'normal',
    maxAttempts: 4,
  },
  createdAt: time,
  traceId: ownTraceId(id),
});
const place = { topic: 'jobs.probe', partition: 1, offset: 130 };

function look(readAt: number, committed: number, workers = 1): QueueStatesAt {
  const lane = {
    lane: 'normal',
    topic: 'jobs.probe',
    isRetry: false,
    committed: [0, committed],
    ends: [0, 200],
  };
  return { readAt, queues: new Map([['probe', { queue: 'probe', lanes: [lane], deadLetters: 0, workers }]]) };
}

const explain = (
  view: Partial<JobView>,
  now?: QueueStatesAt,
  before?: QueueStatesAt,
  more: Partial<JobFacts> = {},
) => {
  const paces = new QueuePaces();
  for (const each of [before, now]) if (each) paces.note(each);
  const shown = { ...queued, ...view };
  const found = waitingFor({ view: shown, place, time, queue: now?.queues.get(shown.queue), paces, ...more });
  return found && waitingForSchema.parse(found);
};

describe('the reason why a job waits', () => {
  it('is a pause before all other reasons except its time', () => {
    const paused = (view: Partial<JobView>) =>
      explain(view, look(0, 100, 0), undefined, { pausedSince: 'noon' });
    expect(paused({})).toMatchObject({ kind: 'pause', ahead: 30, estimateSeconds: null });
    expect(paused({})!.text).toMatch(/paused since noon/);
    const nextAttemptAt = new Date(time + 1_000).toISOString();
    expect(paused({ state: 'retrying', nextAttemptAt })).toMatchObject({ kind: 'retry' });
    expect(paused({ state: 'running' })).toBeNull();
  });

  it.each(['running', 'succeeded', 'dead_lettered', 'cancelled', 'expired'] as const)(
    'is null when it is %s',
    (state) => {
      expect(explain({ state }, look(0, 100))).toBeNull();
    },
  );

  it('is its time, or that of its retry, while that is in the future', () => {
    const until = new Date(time + 60_000).toISOString();
    expect(explain({ state: 'scheduled', nextAttemptAt: until })).toMatchObject({ kind: 'time', until });
    expect(explain({ state: 'retrying', attempt: 2, nextAttemptAt: until })).toMatchObject({
      kind: 'retry',
      until,
      text: expect.stringContaining('Attempt 3'),
    });
  });

  it('is its turn once its retry is due', () => {
    const until = new Date(time - 1).toISOString();
    expect(explain({ state: 'retrying', nextAttemptAt: until }, look(0, 100))).toMatchObject({
      kind: 'turn',
      until: null,
      ahead: 30,
    });
  });

  it('is a worker when none runs', () => {
    expect(explain({}, look(0, 100, 0))).toMatchObject({ kind: 'worker', ahead: 30 });
  });

  it('is the server of its endpoint while that fails, before limits and its turn', () => {
    const failing = { origin: 'https://a.test', since: 'noon' };
    expect(explain({}, look(0, 100), undefined, { failing })).toMatchObject({
      kind: 'endpoint',
      text: expect.stringContaining('https://a.test fails since noon'),
    });
  });

  it('is its turn, with the number of jobs ahead and an estimate if its partition moves', () => {
    expect(explain({}, look(5_000, 100))).toMatchObject({ kind: 'turn', ahead: 30, estimateSeconds: null });
    expect(explain({}, look(5_000, 100), look(0, 50))).toMatchObject({ ahead: 30, estimateSeconds: 3 });
    expect(explain({}, look(5_000, 100), look(0, 100))).toMatchObject({ ahead: 30, estimateSeconds: null });
  });

  it('is its turn when no job is ahead', () => {
    expect(explain({}, look(5_000, 130), look(0, 50))).toMatchObject({
      ahead: 0,
      estimateSeconds: null,
      text: expect.stringContaining('next'),
    });
    expect(explain({}, look(0, 180))).toMatchObject({ ahead: 0 });
  });

  it('is its ordering key if it has one', () => {
    expect(explain({ orderingKey: 'ada' }, look(0, 100))).toMatchObject({ kind: 'key', ahead: 30 });
  });

  it('is its turn, without a number, when its record or the queue is unknown', () => {
    const vague = { kind: 'turn', ahead: null, estimateSeconds: null };
    expect(explain({}, look(5_000, 100), look(0, 50), { place: null })).toMatchObject(vague);
    expect(explain({}, undefined)).toMatchObject(vague);
    expect(explain({ queue: 'other' }, look(0, 100))).toMatchObject(vague);
  });
});
