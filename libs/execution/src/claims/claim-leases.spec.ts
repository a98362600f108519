import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { newJobId, type JobId } from '@jobstream/contracts';
import { ClaimLeases, type OwnClaim } from './claim-leases.js';

const leaseMs = 15_000;
const taken = () => ({ id: newJobId(), attempt: 1, fence: 1, deaths: 0, owner: 'me' });

describe('ClaimLeases', () => {
  const renewals: JobId[][] = [];
  const lost: OwnClaim[] = [];
  let renew: (ids: JobId[]) => Promise<ReadonlySet<JobId>>;
  let leases: ClaimLeases;
  beforeEach(() => {
    jest.useFakeTimers();
    renewals.length = 0;
    lost.length = 0;
    renew = async (ids) => new Set(ids);
    leases = new ClaimLeases({
      leaseMs,
      monotonic: () => performance.now(),
      renew: (claims) => {
        const ids = claims.map(({ id }) => id);
        renewals.push(ids);
        return renew(ids);
      },
      onLost: (claim) => lost.push(claim),
    });
  });
  afterEach(() => void jest.useRealTimers());

  const hold = () => leases.hold(taken(), performance.now());

  it('renews all claims in one statement, as long as they are held', async () => {
    const [one, two] = [hold(), hold()];
    await jest.advanceTimersByTimeAsync(60_000);
    expect(renewals.length).toBeGreaterThanOrEqual(60_000 / leaseMs);
    expect(new Set(renewals.map((ids) => ids.length))).toEqual(new Set([2]));
    leases.release(one);
    leases.release(two);
    const before = renewals.length;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(renewals.length).toBe(before);
    expect(lost).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not renew while work is shorter than a third of the lease', async () => {
    for (let n = 0; n < 10; n++) {
      const claim = hold();
      await jest.advanceTimersByTimeAsync(leaseMs / 3 - 1_000);
      leases.release(claim);
    }
    expect(renewals).toEqual([]);
  });

  it.each([
    ['does not answer', () => new Promise<never>(() => undefined)],
    ['fails', () => Promise.reject(new Error('away'))],
  ])('stops the work before the lease ends when Postgres %s', async (_, answer) => {
    renew = answer;
    const claim = hold();
    await jest.advanceTimersByTimeAsync(leaseMs * 0.8 - 1_000);
    expect(claim.signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(leaseMs * 0.2);
    expect(claim.signal.reason).toMatchObject({ code: 'claim_lost' });
    expect(lost).toEqual([claim]);
    expect(leases.size).toBe(0);
  });

  it('counts a lease from the question, not from the answer', async () => {
    const askedAt = performance.now();
    await jest.advanceTimersByTimeAsync(leaseMs * 0.6);
    renew = () => Promise.reject(new Error('away'));
    const claim = leases.hold(taken(), askedAt);
    await jest.advanceTimersByTimeAsync(leaseMs * 0.35);
    expect(claim.signal.aborted).toBe(true);
  });

  it('stops at once the work whose claim another has taken, and no other', async () => {
    const [mine, theirs] = [hold(), hold()];
    renew = async (ids) => new Set(ids.filter((id) => id !== theirs.id));
    await jest.advanceTimersByTimeAsync(leaseMs / 2);
    expect(lost).toEqual([theirs]);
    expect(mine.signal.aborted).toBe(false);
  });

  it('forgets a claim that is released while a renewal is under way', async () => {
    let answer: (ids: ReadonlySet<JobId>) => void = () => undefined;
    renew = () => new Promise((resolve) => (answer = resolve));
    const claim = hold();
    await jest.advanceTimersByTimeAsync(leaseMs / 2);
    leases.release(claim);
    answer(new Set());
    await jest.advanceTimersByTimeAsync(1_000);
    expect(lost).toEqual([]);
  });
});
