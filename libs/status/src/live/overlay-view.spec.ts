import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { ownTraceId, type JobRecord } from '@jobstream/contracts/records';
import { jobViewSchema, transitionViewSchema } from '@jobstream/contracts/rest';
import { foldRecord, mergeFolds, type Coordinates } from '@jobstream/lifecycle';
import type { FoundJob } from '../reads/found-job.js';
import { viewOfRemembered, viewOfTransition } from '../reads/job-view.js';
import { itemOf, withRecords } from './overlay-view.js';

const id = newJobId();
const base = { v: 1 as const, id, type: 'probe.run', queue: 'probe' };
const request = { ...base, payload: { a: 1 }, priority: 'normal' as const, maxAttempts: 4 };
const start = { worker: 'w-1', at: '2026-01-02T03:04:05.000Z' };
const error = { code: 'boom', message: 'It broke.', stack: 'at /srv/x.js' };
const finishedAt = '2026-01-02T03:04:06.000Z';
const head = { run: 1, attempt: 1, createdAt: 0 };

const succeeded: JobRecord = {
  ...head,
  phase: 'succeeded',
  value: { ...base, start, finishedAt, result: { n: 1 } },
};
const retrying: JobRecord = { ...head, phase: 'retrying', value: { ...request, error, start } };
const dead: JobRecord = {
  ...head,
  phase: 'dead_lettered',
  value: {
    ...request,
    error,
    start,
    reason: 'exhausted',
    attempts: 1,
    origin: { topic: 'jobs.probe', partition: 0, offset: 0, at: finishedAt },
  },
};

const events: Coordinates = {
  topic: 'jobs.events',
  partition: 0,
  offset: 5,
  timestamp: 7_000,
  role: { kind: 'events' },
};
const lane: Coordinates = {
  ...events,
  topic: 'jobs.probe.retry.60s',
  role: { kind: 'retry', queue: 'probe', delayMs: 60_000 },
};
const dlq: Coordinates = {
  ...events,
  topic: 'jobs.probe.dlq',
  role: { kind: 'dead-letters', queue: 'probe' },
};

const queued: FoundJob = {
  view: viewOfRemembered({ request, createdAt: 0, traceId: ownTraceId(request.id) }),
  place: null,
};
const after = (job: FoundJob, record: JobRecord, at: Coordinates) => withRecords(job, foldRecord(record, at));

describe('a job with records of the log', () => {
  it('shows the end of the job', () => {
    const { view, place } = after(queued, succeeded, events);
    expect(jobViewSchema.parse(view)).toEqual(view);
    expect(view).toMatchObject({
      state: 'succeeded',
      result: { n: 1 },
      payload: { a: 1 },
      deliveries: 1,
      startedAt: start.at,
      finishedAt,
    });
    expect(place).toEqual({ topic: 'jobs.events', partition: 0, offset: 5 });
  });

  it('shows a retry, with its time and its error but no stack', () => {
    expect(after(queued, retrying, lane).view).toMatchObject({
      state: 'retrying',
      error: { code: 'boom', message: 'It broke.' },
      nextAttemptAt: new Date(67_000).toISOString(),
    });
    expect(JSON.stringify(after(queued, retrying, lane))).not.toContain('/srv/');
  });

  it('ignores records that the job is past', () => {
    const ended = after(queued, succeeded, events);
    expect(after(ended, retrying, lane)).toBe(ended);
    expect(after(ended, dead, dlq)).toBe(ended);
    const later: FoundJob = { ...queued, view: { ...queued.view, attempt: 2, state: 'running' } };
    expect(after(later, retrying, lane)).toBe(later);
    const nextRun: FoundJob = { ...queued, view: { ...queued.view, run: 2 } };
    expect(after(nextRun, succeeded, events)).toBe(nextRun);
  });

  it('shows a success that a crash hid behind a dead letter', () => {
    expect(after(after(queued, dead, dlq), succeeded, events).view).toMatchObject({
      state: 'succeeded',
      error: null,
    });
  });

  it('shows a new run, with its own request', () => {
    const replayed: JobRecord = {
      ...head,
      run: 2,
      phase: 'queued',
      value: { ...request, payload: { b: 2 } },
    };
    const { view } = after(after(queued, dead, dlq), replayed, {
      ...lane,
      role: { kind: 'requests', queue: 'probe', lane: 'normal' },
    });
    expect(view).toMatchObject({ state: 'queued', run: 2, payload: { b: 2 }, error: null, deliveries: 0 });
  });

  it('adds the request when only the end was known', () => {
    const unasked = { ...queued.view, payload: null, priority: null, maxAttempts: null };
    expect(after({ ...queued, view: unasked }, retrying, lane).view).toMatchObject({
      payload: { a: 1 },
      priority: 'normal',
      maxAttempts: 4,
    });
  });

  it('counts each start once', () => {
    const second = {
      ...succeeded,
      attempt: 2,
      value: { ...succeeded.value, start: { ...start, worker: 'w-2' } },
    } as JobRecord;
    const fold = mergeFolds(foldRecord(retrying, lane), foldRecord(second, events));
    expect(withRecords(queued, fold).view).toMatchObject({ state: 'succeeded', attempt: 2, deliveries: 2 });
  });
});

describe('a record as an item of the history', () => {
  it.each([
    ['succeeded', succeeded, events],
    ['retrying', retrying, lane],
    ['dead_lettered', dead, dlq],
  ])('%s', (state, record, at) => {
    const view = viewOfTransition(itemOf({ record, at }));
    expect(transitionViewSchema.parse(view)).toEqual(view);
    expect(view).toMatchObject({
      state,
      topic: at.topic,
      offset: 5,
      worker: 'w-1',
      time: new Date(7_000).toISOString(),
    });
  });

  it('has the reason and the origin of a dead letter', () => {
    expect(itemOf({ record: dead, at: dlq })).toMatchObject({
      reason: 'exhausted',
      attempts: 1,
      origin: { topic: 'jobs.probe', offset: 0 },
    });
  });
});
