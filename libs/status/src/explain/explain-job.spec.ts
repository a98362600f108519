import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { ownTraceId } from '@jobstream/contracts/records';
import { jobExplanationSchema, type JobView } from '@jobstream/contracts/rest';
import { QueuePaces } from '../queues/queue-paces.js';
import type { LaneState, QueueState } from '../queues/queue-states.js';
import { viewOfRemembered } from '../reads/job-view.js';
import { jobCauseCodes, type JobCauseCode } from './causes.js';
import { explainJob } from './explain-job.js';
import type { EarlierJob, JobFacts, RunningClaim } from './job-facts.js';

const time = Date.UTC(2026, 0, 1);
const noon = '2025-12-31T12:00:00.000Z';
const later = new Date(time + 60_000).toISOString();
const [id, other] = [newJobId(), newJobId()];
const queued: JobView = viewOfRemembered({
  request: { v: 1, id, type: 'probe.run', queue: 'probe', payload: {}, priority: 'normal', maxAttempts: 4 },
  createdAt: time,
  traceId: ownTraceId(id),
});
const place = { topic: 'jobs.probe', partition: 1, offset: 130 };
const laneOf = (lane: string, committed: number, end: number, topic = `jobs.probe.${lane}`): LaneState => ({
  lane,
  topic,
  isRetry: lane.startsWith('retry'),
  committed: [0, committed],
  ends: [0, end],
});
const queueOf = (committed: number, workers = 1, more: readonly LaneState[] = []): QueueState => ({
  queue: 'probe',
  lanes: [...more, laneOf('normal', committed, 200, place.topic)],
  deadLetters: 0,
  workers,
});
const earlier: EarlierJob = { id: other, state: 'running', since: noon, worker: 'w-1', nextAttemptAt: null };
const claim: RunningClaim = {
  owner: 'w-2/7',
  attempt: 1,
  deaths: 0,
  takenAt: noon,
  leasedUntil: later,
  isLeased: true,
};
const head = { place: { ...place, offset: 100 }, since: noon, job: earlier };
const usedLimits = [
  {
    rule: { kind: 'concurrency', id: 'probe', max: 2 },
    inUse: 2,
    until: null,
    workers: ['w-1'],
    jobs: [other],
  } as const,
];

/** The next in line, held by nothing. */
const facts: JobFacts = { view: queued, place, time, queue: queueOf(130) };
const explain = (more: Partial<JobFacts> = {}, view: Partial<JobView> = {}) =>
  jobExplanationSchema.parse(explainJob({ ...facts, ...more, view: { ...queued, ...view } }));

/** For each cause the facts from which it follows alone, and what it names. */
const cases: Record<JobCauseCode, { more?: Partial<JobFacts>; view?: Partial<JobView>; names: object }> = {
  projection_behind: { more: { recordsBehind: 12 }, names: { ahead: 12 } },
  not_due: { view: { state: 'scheduled', nextAttemptAt: later }, names: { until: later } },
  retry_not_due: {
    view: { state: 'retrying', nextAttemptAt: later, error: { code: 'probe_failed', message: 'as asked' } },
    names: { until: later, text: expect.stringContaining('Attempt 1 failed: probe_failed') },
  },
  queue_paused: { more: { pausedSince: noon }, names: { since: noon } },
  no_worker: { more: { queue: queueOf(130, 0) }, names: {} },
  no_worker_for_type: {
    more: { isTypeServed: false },
    names: { text: expect.stringContaining('probe.run') },
  },
  endpoint_failing: {
    more: { failing: { origin: 'https://a.test', since: noon } },
    names: { since: noon, text: expect.stringContaining('https://a.test') },
  },
  ordering_key: {
    more: { keyHolder: earlier },
    view: { orderingKey: 'ada' },
    names: { jobs: [other], workers: ['w-1'], since: noon },
  },
  claim: { more: { claim }, names: { workers: ['w-2/7'], until: later, since: noon } },
  limit: {
    more: { usedLimits },
    names: { jobs: [other], workers: ['w-1'], limit: { id: 'probe', allows: '2 at once', inUse: 2 } },
  },
  suspect: {
    more: { suspicion: { deaths: 1 } },
    names: { text: expect.stringContaining('Its own deaths: 1.') },
  },
  backlog: {
    more: { queue: queueOf(100), head },
    names: { ahead: 30, jobs: [other], since: noon, place: head.place },
  },
  lane_share: { more: { queue: queueOf(130, 1, [laneOf('high', 5, 12)]) }, names: { ahead: 7 } },
};

describe('the explanation of a job', () => {
  it.each(jobCauseCodes)('says %s, what it names and what to do', (code) => {
    const { more, view, names } = cases[code];
    const { cause, behind, verdict } = explain(more, view);
    expect(cause).toMatchObject({ code, remedy: expect.stringMatching(/\.$/), ...names });
    expect(behind).toEqual([]);
    expect(verdict).toContain(cause!.text);
  });

  it('puts what holds the job now first, and the others behind it in their order', () => {
    const all = explain(
      {
        pausedSince: noon,
        failing: { origin: 'https://a.test', since: noon },
        queue: queueOf(100, 1, [laneOf('high', 0, 3)]),
        isTypeServed: false,
        keyHolder: earlier,
        claim,
        usedLimits,
        suspicion: { deaths: 0 },
        head,
      },
      { state: 'retrying', nextAttemptAt: later, orderingKey: 'ada' },
    );
    const codes = [all.cause!.code, ...all.behind.map(({ code }) => code)];
    const expected = jobCauseCodes.filter(
      (code) => !['projection_behind', 'not_due', 'no_worker'].includes(code),
    );
    expect(codes).toEqual(expected);
  });

  it('names nothing while nothing is known to hold the job', () => {
    expect(explain()).toMatchObject({
      cause: null,
      behind: [],
      verdict: expect.stringContaining('takes it next'),
      start: { p50Seconds: null, why: expect.stringContaining('slot') },
    });
    expect(explain({ queue: undefined, place: null })).toMatchObject({ cause: null });
  });

  it('says how a final job ended, whatever its queue does', () => {
    const ended = explain(
      { pausedSince: noon, recordsBehind: 5 },
      { state: 'dead_lettered', finishedAt: noon, error: { code: 'probe_failed', message: 'as asked' } },
    );
    expect(ended).toMatchObject({ cause: null, behind: [], start: { p50Seconds: null } });
    expect(ended.verdict).toContain('probe_failed: as asked');
  });

  it('says that a running job runs, and under which claim', () => {
    const running = { state: 'running', startedAt: noon } as const;
    expect(explain({ pausedSince: noon, usedLimits, claim }, running)).toMatchObject({
      cause: null,
      verdict: `It runs: attempt 1 since ${noon}. w-2/7 holds its claim.`,
    });
  });

  it('says that the worker of a running job has gone, by its group or by its claim', () => {
    const running = { state: 'running', startedAt: noon } as const;
    expect(explain({ queue: queueOf(130, 0) }, running).cause).toMatchObject({ code: 'no_worker' });
    expect(explain({ claim: { ...claim, isLeased: false } }, running).cause).toMatchObject({
      code: 'claim',
      text: expect.stringContaining('no sign of life'),
    });
  });

  it('does not doubt a status that the log confirms', () => {
    const codesOf = (more: Partial<JobFacts>, view: Partial<JobView> = {}) =>
      explain({ recordsBehind: 9, ...more }, view).cause?.code;
    expect(codesOf({ queue: queueOf(100) })).toBe('backlog');
    expect(codesOf({}, { state: 'scheduled', nextAttemptAt: later })).toBe('not_due');
    expect(codesOf({ place: null })).toBe('projection_behind');
  });

  it('counts the lanes that are picked more often, not those that are picked less', () => {
    const low = { ...place, topic: 'jobs.probe.low' };
    const lanes = [laneOf('high', 0, 2), laneOf('retry.1s', 0, 3), laneOf('low', 130, 140)];
    expect(explain({ place: low, queue: queueOf(100, 1, lanes) }).cause).toMatchObject({
      ahead: 2 + 3 + 100,
    });
    expect(explain({ queue: queueOf(130, 1, [laneOf('low', 0, 50)]) }).cause).toBeNull();
  });
});

describe('the start of a job', () => {
  const paces = new QueuePaces();
  for (const [readAt, committed] of [
    [0, 50],
    [10_000, 100],
  ] as const)
    paces.note({ readAt, queues: new Map([['probe', queueOf(committed)]]) });

  it('follows from the pace of its partition', () => {
    expect(explain({ queue: queueOf(100), paces }).start).toEqual({
      p50Seconds: 6,
      p90Seconds: 6,
      why: null,
    });
    expect(explain({ usedLimits, paces }).start).toMatchObject({ p50Seconds: 0.2 });
  });

  it('is its time, without what waits in the queue then', () => {
    expect(explain({}, { state: 'scheduled', nextAttemptAt: later }).start).toMatchObject({
      p50Seconds: 60,
      p90Seconds: 60,
      why: expect.stringContaining('left out'),
    });
  });

  it.each(jobCauseCodes)('is a number, or says why not, while %s holds the job', (code) => {
    const { more, view } = cases[code];
    const { p50Seconds, why } = explain(more, view).start;
    expect(p50Seconds === null ? why : 'a number').not.toBeNull();
  });
});
