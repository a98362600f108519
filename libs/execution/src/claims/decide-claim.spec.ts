import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import fc from 'fast-check';
import { decideClaim, type ClaimRequest, type ClaimStanding } from './decide-claim.js';

const id = newJobId();
const asks = (more: Partial<ClaimRequest> = {}): ClaimRequest => ({
  id,
  run: 2,
  attempt: 2,
  inPlace: false,
  owner: 'me',
  ...more,
});
const stands = (more: Partial<ClaimStanding> = {}): ClaimStanding => ({
  run: 2,
  attempt: 2,
  state: 'running',
  owner: 'other',
  deaths: 1,
  leased: false,
  ...more,
});
const states = ['running', 'free', 'retrying', 'ended'] as const;

describe('decideClaim', () => {
  it('lets the first request take the claim', () => {
    expect(decideClaim(undefined, asks({ attempt: 3 }))).toEqual({ kind: 'take', attempt: 3, deaths: 0 });
  });

  describe.each([false, true])('in place: %s', (inPlace) => {
    it.each(states)('answers an older run as outdated, whatever the state: %s', (state) => {
      for (const leased of [false, true])
        expect(decideClaim(stands({ state, leased }), asks({ run: 1, attempt: 9, inPlace }))).toEqual({
          kind: 'outdated',
        });
    });

    it.each(states)('lets a newer run take a claim that is not held: %s', (state) => {
      const take = { kind: 'take', attempt: 1, deaths: 0 };
      expect(decideClaim(stands({ state }), asks({ run: 3, attempt: 1, inPlace }))).toEqual(take);
    });

    it('makes a newer run wait for the lease of an older one', () => {
      expect(decideClaim(stands({ leased: true }), asks({ run: 3, attempt: 1, inPlace }))).toEqual({
        kind: 'held',
      });
    });

    it.each([2, 3])('answers held while another holds the claim: attempt %i', (attempt) => {
      expect(decideClaim(stands({ leased: true }), asks({ attempt, inPlace }))).toEqual({ kind: 'held' });
    });

    it('takes over from an owner that died, and counts the death', () => {
      expect(decideClaim(stands(), asks({ inPlace }))).toEqual({ kind: 'take', attempt: 2, deaths: 2 });
    });

    it.each([
      ['was given back', stands({ state: 'free' })],
      ['was taken in its own name, unheard', stands({ owner: 'me', leased: true })],
    ])('takes a claim that %s, without a death', (_, standing) => {
      expect(decideClaim(standing, asks({ inPlace }))).toEqual({ kind: 'take', attempt: 2, deaths: 1 });
    });

    it.each(['running', 'free', 'retrying'] as const)(
      'takes the next attempt, and counts deaths from 0: %s',
      (state) => {
        const take = { kind: 'take', attempt: 3, deaths: 0 };
        expect(decideClaim(stands({ state }), asks({ attempt: 3, inPlace }))).toEqual(take);
      },
    );

    it.each([2, 3])('repeats the end of a run, whatever attempt asks: %i', (attempt) => {
      const repeat = { kind: 'repeat', attempt: 2 };
      expect(decideClaim(stands({ state: 'ended' }), asks({ attempt, inPlace }))).toEqual(repeat);
    });

    it('repeats the retry of an attempt that asks again', () => {
      const repeat = { kind: 'repeat', attempt: 2 };
      expect(decideClaim(stands({ state: 'retrying' }), asks({ inPlace }))).toEqual(repeat);
    });
  });

  it.each(states)('answers an earlier attempt as outdated: %s', (state) => {
    for (const leased of [false, true])
      expect(decideClaim(stands({ state, leased }), asks({ attempt: 1 }))).toEqual({ kind: 'outdated' });
  });

  it.each([
    ['running', true, { kind: 'held' }],
    ['running', false, { kind: 'take', attempt: 2, deaths: 2 }],
    ['free', false, { kind: 'take', attempt: 2, deaths: 1 }],
    ['retrying', false, { kind: 'repeat', attempt: 2 }],
    ['ended', false, { kind: 'repeat', attempt: 2 }],
  ] as const)('an ordered job goes on where its claim stands: %s, leased %s', (state, leased, met) => {
    expect(decideClaim(stands({ state, leased }), asks({ attempt: 1, inPlace: true }))).toEqual(met);
  });
});

const step = fc.record({
  owner: fc.constantFrom('a', 'b', 'c'),
  run: fc.integer({ min: 1, max: 3 }),
  attempt: fc.integer({ min: 1, max: 3 }),
  then: fc.constantFrom('die', 'give back', 'retry', 'end', 'go on'),
});

describe('any number of owners of one claim', () => {
  it('start no attempt under another lease, none after the end of a run, and never go back', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { maxLength: 40 }), (inPlace, steps) => {
        let row: ClaimStanding | undefined;
        const ended = new Set<number>();
        let last = 0;
        for (const { then, owner, run, attempt } of steps) {
          const before = row;
          const met = decideClaim(row, { id, owner, run, attempt, inPlace });
          if (met.kind === 'take') {
            expect(before?.state === 'running' && before.leased && before.owner !== owner).toBe(false);
            expect(ended.has(run)).toBe(false);
            const place = run * 10 + met.attempt;
            expect(place).toBeGreaterThanOrEqual(last);
            last = place;
            row = { run, attempt: met.attempt, state: 'running', owner, deaths: met.deaths, leased: true };
          } else if (met.kind === 'repeat') {
            expect(['retrying', 'ended']).toContain(before!.state);
            expect(met.attempt).toBe(before!.attempt);
          }
          // What the present owner does next.
          if (row?.state !== 'running' || then === 'go on') continue;
          if (then === 'end') ended.add(row.run);
          const next = { die: row.state, 'give back': 'free', retry: 'retrying', end: 'ended' } as const;
          row = { ...row, state: next[then], leased: false };
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
