import { describe, expect, it } from '@jest/globals';
import { maxErrorMessageLength, maxResultBytes } from '@jobstream/contracts';
import { maxDelayMs } from '@jobstream/contracts/rest';
import fc from 'fast-check';
import { decideOutcome, maxWaitInPlaceMs, type AttemptEnding, type AttemptFacts } from './outcome.js';

const facts: AttemptFacts = {
  run: 1,
  parkAfter: 3,
  attempt: 1,
  maxAttempts: 4,
  backoffMs: [1_000, 5_000, 15_000],
  lanesMs: [1_000, 5_000, 15_000],
};
const error = { code: 'handler_failed', message: 'no' };
const threw = (retry: Extract<AttemptEnding, { kind: 'threw' }>['retry']): AttemptEnding => ({
  kind: 'threw',
  error,
  retry,
});

describe('decideOutcome', () => {
  it('succeeds with the result of the handler', () => {
    expect(decideOutcome(facts, { kind: 'returned', result: { n: 1 }, bytes: 7 })).toEqual({
      kind: 'succeed',
      result: { n: 1 },
    });
  });

  it('retries a failure by the ladder, on the lane of the delay', () => {
    expect(decideOutcome({ ...facts, attempt: 2 }, threw('by-ladder'))).toEqual({
      kind: 'retry',
      error,
      delayMs: 5_000,
      laneMs: 5_000,
    });
  });

  it('retries after the delay that the handler asked for, on a lane that is not shorter', () => {
    expect(decideOutcome(facts, threw({ afterMs: 2_000 }))).toMatchObject({ delayMs: 2_000, laneMs: 5_000 });
  });

  it('retries by the ladder, but no earlier than another server asked for', () => {
    const delays = [0, 999, 2_000, 10 ** 15].map((atLeastMs) => decideOutcome(facts, threw({ atLeastMs })));
    expect(delays).toMatchObject([
      { delayMs: 1_000 },
      { delayMs: 1_000 },
      { delayMs: 2_000, laneMs: 5_000 },
      { kind: 'retry-delayed', delayMs: maxDelayMs },
    ]);
  });

  it('cuts the delay that another server asked for to what a key may still wait', () => {
    const after = (waitedInPlaceMs: number, atLeastMs: number) =>
      decideOutcome({ ...facts, waitedInPlaceMs }, threw({ atLeastMs }));
    expect(after(0, 0)).toMatchObject({ kind: 'retry-in-place', delayMs: 1_000 });
    expect(after(0, 10 ** 9)).toMatchObject({ kind: 'retry-in-place', delayMs: maxWaitInPlaceMs });
    expect(after(maxWaitInPlaceMs - 1, 10 ** 9)).toMatchObject({ kind: 'retry-in-place', delayMs: 1 });
    expect(after(maxWaitInPlaceMs, 0)).toMatchObject({ kind: 'dead-letter', reason: 'exhausted' });
  });

  it('dead-letters the last attempt as exhausted, whatever delay was asked for', () => {
    for (const retry of ['by-ladder', { afterMs: 10 }] as const) {
      expect(decideOutcome({ ...facts, attempt: 4 }, threw(retry))).toEqual({
        kind: 'dead-letter',
        reason: 'exhausted',
        error,
        attempts: 4,
      });
    }
  });

  it('dead-letters a claimed job whose owners died, however many attempts are left', () => {
    expect(decideOutcome({ ...facts, attempt: 2 }, { kind: 'owner-died', deaths: 5 })).toEqual({
      kind: 'dead-letter',
      reason: 'owner_died',
      error: { code: 'owner_died', message: expect.stringContaining('5 workers') },
      attempts: 2,
    });
  });

  describe('after the death of a process that ran the job alone', () => {
    const death = { exitCode: null, signal: 'SIGSEGV', lastLines: 'first\nlast' };

    it('dead-letters the job for good once that has happened too often, with what is known of the last death', () => {
      expect(decideOutcome({ ...facts, attempt: 2 }, { kind: 'crashed', deaths: 3, death })).toEqual({
        kind: 'dead-letter',
        reason: 'crashed',
        error: { code: 'crashed', message: expect.stringMatching(/3 times[^]*SIGSEGV[^]*first\nlast$/) },
        attempts: 2,
      });
      expect(decideOutcome(facts, { kind: 'crashed', deaths: 3, death: undefined })).toMatchObject({
        kind: 'dead-letter',
        reason: 'crashed',
      });
    });

    it('retries an isolated attempt by the ladder', () => {
      expect(decideOutcome({ ...facts, attempt: 1 }, { kind: 'process-died', death })).toMatchObject({
        kind: 'retry',
        error: { code: 'crashed', message: expect.stringContaining('SIGSEGV') },
      });
      const full = { ...death, lastLines: 'FATAL ERROR: Reached heap limit Allocation failed' };
      expect(decideOutcome({ ...facts, attempt: 1 }, { kind: 'process-died', death: full })).toMatchObject({
        error: { code: 'out_of_memory' },
      });
    });
  });

  it('counts the attempts of the request, not those of the present ladder', () => {
    expect(decideOutcome({ ...facts, attempt: 1, maxAttempts: 1 }, threw('by-ladder'))).toMatchObject({
      reason: 'exhausted',
    });
    expect(decideOutcome({ ...facts, attempt: 9, maxAttempts: 10 }, threw('by-ladder'))).toMatchObject({
      kind: 'retry',
      laneMs: 15_000,
    });
  });

  it('lets the scheduler hold a retry beyond the longest lane, exactly as long as asked', () => {
    expect(decideOutcome(facts, threw({ afterMs: 3_600_000 }))).toEqual({
      kind: 'retry-delayed',
      error,
      delayMs: 3_600_000,
    });
    expect(decideOutcome({ ...facts, lanesMs: [] }, threw('by-ladder'))).toMatchObject({
      kind: 'retry-delayed',
      delayMs: 1_000,
    });
  });

  it('never lets a retry start earlier than asked, whatever lanes there are, up to ten years', () => {
    const delays = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 10 ** 15 }));
    const lanes = fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 5 });
    const waited = fc.option(fc.integer({ min: 0, max: 2 * maxWaitInPlaceMs }), { nil: undefined });
    fc.assert(
      fc.property(delays, lanes, waited, (afterMs, lanesMs, waitedInPlaceMs) => {
        const outcome = decideOutcome({ ...facts, lanesMs, waitedInPlaceMs }, threw({ afterMs }));
        if (outcome.kind === 'dead-letter') {
          expect(afterMs + waitedInPlaceMs!).toBeGreaterThanOrEqual(maxWaitInPlaceMs);
          return;
        }
        const waitsMs = outcome.kind === 'retry' ? outcome.laneMs : (outcome as { delayMs: number }).delayMs;
        expect(waitsMs).toBeGreaterThanOrEqual(Math.min(afterMs, maxDelayMs));
        expect(Number.isNaN(new Date(Date.now() + waitsMs).getTime())).toBe(false);
      }),
    );
  });

  it('retries a job with an ordering key in place, by its ladder and without a lane', () => {
    expect(
      decideOutcome({ ...facts, attempt: 2, lanesMs: [], waitedInPlaceMs: 1_000 }, threw('by-ladder')),
    ).toEqual({ kind: 'retry-in-place', error, delayMs: 5_000 });
  });

  it('bounds the wait of a key: it cuts a ladder short, and dead-letters a delay that was asked for', () => {
    const after = (waitedInPlaceMs: number, retry: 'by-ladder' | { afterMs: number }) =>
      decideOutcome({ ...facts, waitedInPlaceMs }, threw(retry));
    const asked = { afterMs: 60_000 };
    const exhausted = { kind: 'dead-letter', reason: 'exhausted' };
    expect(after(maxWaitInPlaceMs - 1, 'by-ladder')).toMatchObject({ kind: 'retry-in-place', delayMs: 1 });
    expect(after(maxWaitInPlaceMs, 'by-ladder')).toMatchObject(exhausted);
    expect(after(maxWaitInPlaceMs - 60_000, asked)).toMatchObject({
      kind: 'retry-in-place',
      delayMs: 60_000,
    });
    expect(after(maxWaitInPlaceMs - 59_999, asked)).toMatchObject(exhausted);
  });

  it('dead-letters at once a failure that no retry can help', () => {
    expect(decideOutcome(facts, threw('never'))).toEqual({
      kind: 'dead-letter',
      reason: 'non_retryable',
      error,
      attempts: 1,
    });
    expect(decideOutcome(facts, { kind: 'invalid-result', detail: '✖ at n' })).toMatchObject({
      reason: 'non_retryable',
      error: { code: 'invalid_result', message: '✖ at n' },
    });
  });

  it('takes a result up to the limit and dead-letters a larger one', () => {
    const returned = (bytes: number) => decideOutcome(facts, { kind: 'returned', result: null, bytes });
    expect(returned(maxResultBytes)).toMatchObject({ kind: 'succeed' });
    expect(returned(maxResultBytes + 1)).toMatchObject({
      kind: 'dead-letter',
      reason: 'non_retryable',
      error: { code: 'result_too_large' },
      attempts: 1,
    });
  });

  it('parks a job that is dead-lettered again after its replays, with its error', () => {
    const ofRun = (run: number) => decideOutcome({ ...facts, run, parkAfter: 2 }, threw('never'));
    expect([1, 2].map(ofRun)).toMatchObject([{ reason: 'non_retryable' }, { reason: 'non_retryable' }]);
    expect([3, 9].map(ofRun)).toMatchObject([
      { kind: 'dead-letter', reason: 'parked', error, attempts: 1 },
      { reason: 'parked' },
    ]);
    expect(decideOutcome({ ...facts, run: 9 }, threw('by-ladder'))).toMatchObject({ kind: 'retry' });
  });

  it('retries a timeout', () => {
    expect(decideOutcome(facts, { kind: 'timed-out', timeoutMs: 500 })).toMatchObject({
      kind: 'retry',
      error: { code: 'timeout' },
    });
  });

  it('does not count an attempt that was not started', () => {
    const third = { ...facts, attempt: 3 };
    expect(decideOutcome(third, { kind: 'unknown-type', type: 'x.y' })).toMatchObject({
      reason: 'unknown_type',
      attempts: 2,
    });
    expect(decideOutcome(third, { kind: 'invalid-payload', detail: 'width' })).toMatchObject({
      reason: 'invalid_payload',
      attempts: 2,
    });
  });

  it('retries a type that only an outdated worker does not know, and dead-letters it as unknown at the last attempt', () => {
    const ending = { kind: 'unknown-type', type: 'x.y', isOutdated: true } as const;
    expect(decideOutcome({ ...facts, attempt: 1 }, ending)).toMatchObject({
      kind: 'retry',
      error: { code: 'unknown_type' },
    });
    expect(decideOutcome({ ...facts, attempt: facts.maxAttempts }, ending)).toMatchObject({
      reason: 'unknown_type',
      attempts: facts.maxAttempts,
    });
  });

  it('retries a payload that only an outdated worker refuses, and dead-letters it as invalid at the last attempt', () => {
    const ending = { kind: 'invalid-payload', detail: 'width', isOutdated: true } as const;
    const error = { code: 'invalid_payload', message: 'width' };
    expect(decideOutcome({ ...facts, attempt: 1 }, ending)).toMatchObject({ kind: 'retry', error });
    const last = { ...facts, attempt: facts.maxAttempts };
    expect(decideOutcome(last, ending)).toMatchObject({
      kind: 'dead-letter',
      reason: 'invalid_payload',
      error,
    });
  });

  it('expires a job that was not started in time', () => {
    expect(decideOutcome(facts, { kind: 'expired' })).toEqual({ kind: 'expire' });
  });

  it('keeps errors within the limits of the wire format', () => {
    const long = { code: 'handler_failed', message: 'x'.repeat(1_000_000) };
    for (const retry of ['by-ladder', 'never'] as const) {
      const outcome = decideOutcome(facts, { kind: 'threw', error: long, retry });
      expect('error' in outcome && outcome.error.message.length).toBe(maxErrorMessageLength);
    }
  });
});
