import { describe, expect, it } from '@jest/globals';
import type { HistoryItem } from '@jobstream/projection';
import { runFactsOf } from './run-facts.js';

const nothing = {
  run: 1,
  attempt: 1,
  worker: null,
  startedAt: null,
  error: null,
  nextAttemptAt: null,
  reason: null,
  attempts: null,
  origin: null,
  topic: 'jobs.probe',
  partition: 0,
  superseded: false,
};
const timeAt = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

/** Transitions, each a second after the one before, at the offset of its second. */
function factsOf(...items: (Partial<HistoryItem> & Pick<HistoryItem, 'state'>)[]) {
  return runFactsOf({
    run: 1,
    items: items.map((item, nth) => ({ ...nothing, at: timeAt(nth), offset: nth, ...item })),
  });
}
const placeAt = (offset: number) => ({ topic: 'jobs.probe', partition: 0, offset });
const worker = 'w';

describe('the facts of a run', () => {
  it('of a job that waits are when it was accepted, and its request', () => {
    expect(factsOf({ state: 'queued' })).toEqual({
      run: 1,
      state: 'queued',
      acceptedAt: timeAt(0).toISOString(),
      startedAt: null,
      finishedAt: null,
      attempts: 0,
      error: null,
      reason: null,
      request: placeAt(0),
      outcome: placeAt(0),
    });
  });

  it('are its first start, its last attempt and its end', () => {
    const error = { code: 'boom', message: 'It broke.', stack: 'at /srv/secret.js' };
    const facts = factsOf(
      { state: 'scheduled' },
      { state: 'queued' },
      { state: 'running', worker, startedAt: timeAt(2) },
      { state: 'retrying', worker, startedAt: timeAt(2), error },
      { state: 'running', attempt: 2, worker, startedAt: timeAt(4) },
      {
        state: 'dead_lettered',
        attempt: 2,
        attempts: 2,
        worker,
        startedAt: timeAt(4),
        error,
        reason: 'exhausted',
      },
    );
    expect(facts).toMatchObject({
      state: 'dead_lettered',
      acceptedAt: timeAt(1).toISOString(),
      startedAt: timeAt(2).toISOString(),
      finishedAt: timeAt(5).toISOString(),
      attempts: 2,
      reason: 'exhausted',
      request: placeAt(1),
      outcome: placeAt(5),
    });
    expect(facts.error).toEqual({ code: 'boom', message: 'It broke.' });
  });

  it('are by the end that counts, and by the request that counts, where there are copies', () => {
    const facts = factsOf(
      { state: 'queued', offset: 3 },
      { state: 'queued', offset: 4, superseded: true },
      { state: 'dead_lettered', offset: 5, attempts: 1, worker, superseded: true },
      { state: 'succeeded', offset: 6, worker },
    );
    expect(facts).toMatchObject({ state: 'succeeded', request: placeAt(3), outcome: placeAt(6) });
  });

  it('name no request where only its later records are known, and a retry where that carries it on', () => {
    expect(factsOf({ state: 'running', worker })).toMatchObject({ request: null, acceptedAt: null });
    expect(factsOf({ state: 'retrying', worker }, { state: 'succeeded', worker })).toMatchObject({
      request: placeAt(0),
      acceptedAt: null,
      attempts: 1,
    });
  });

  it('of a job that never started have no attempt', () => {
    expect(factsOf({ state: 'queued' }, { state: 'cancelled' })).toMatchObject({
      state: 'cancelled',
      attempts: 0,
      finishedAt: timeAt(1).toISOString(),
    });
  });
});
