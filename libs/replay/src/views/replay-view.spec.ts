import { describe, expect, it } from '@jest/globals';
import { replayRequestSchema } from '@jobstream/contracts/rest';
import type { Replay } from '../rows/replay.js';
import { viewOfReplay } from './replay-view.js';

const startedAt = new Date('2026-01-31T06:00:00.000Z');
const now = startedAt.getTime() + 10_000;
const replay: Replay = {
  id: '01a20495-2546-7ab4-9119-1338e5675ed4',
  request: replayRequestSchema.parse({
    source: 'history',
    queue: 'probe',
    filter: { olderThan: '2h' },
    why: 'a test',
    from: '2026-01-31T05:00:00Z',
  }),
  ranges: [
    { topic: 't', partition: 0, from: 100, next: 200, to: 200 },
    { topic: 't', partition: 1, from: 0, next: 0, to: 300 },
  ],
  state: 'running',
  matched: 90,
  replayed: 50,
  failed: 10,
  trouble: null,
  requestedBy: 'ada',
  skipped: { succeeded: 20, parked: 10 },
  faults: [],
  below: null,
  expected: null,
  createdAt: startedAt,
  startedAt,
  finishedAt: null,
  readAt: new Date(now),
  failure: null,
  deaths: 0,
};

describe('a replay as REST shows it', () => {
  it('shows the request as it was asked', () => {
    expect(viewOfReplay(replay)).toMatchObject({
      source: 'history',
      rate: 100,
      only: 'failed',
      filter: { olderThan: '7200s' },
      patch: null,
      cap: null,
      from: '2026-01-31T05:00:00.000Z',
      to: null,
      why: 'a test',
      skipped: 30,
    });
  });

  it('measures progress by the range while the number of jobs is unknown', () => {
    expect(viewOfReplay(replay)).toMatchObject({
      progress: 0.25,
      throughput: 5,
      eta: '2026-01-31T06:00:40.000Z',
    });
  });

  it('measures progress by the jobs when their number is known', () => {
    expect(viewOfReplay({ ...replay, expected: 100 })).toMatchObject({
      progress: 0.5,
      eta: '2026-01-31T06:00:20.000Z',
    });
  });

  it('is complete when it has finished, however many jobs ran', () => {
    const finished = { ...replay, expected: 100, state: 'finished' as const, finishedAt: new Date(now) };
    expect(viewOfReplay({ ...finished, readAt: new Date(now + 60_000) })).toMatchObject({
      progress: 1,
      throughput: 5,
      eta: null,
    });
    const pending = { ...replay, state: 'pending' as const, startedAt: null, replayed: 0 };
    expect(viewOfReplay(pending)).toMatchObject({ throughput: null, eta: null });
  });
});
