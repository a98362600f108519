import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { newJobId, type JobId } from '@jobstream/contracts';
import { createLogger } from '@jobstream/runtime';
import { Registry } from 'prom-client';
import { Claims } from './claims.js';
import { MemoryClaims } from './memory-claims.fixture-spec.js';
import type { ClaimRequest } from './decide-claim.js';

const leaseMs = 15_000;
const longerThanALeaseMs = 2 * leaseMs;

describe('an owner without a started attempt', () => {
  let rows: MemoryClaims;
  /** Whether the process under test reaches Postgres, and whether it gets Postgres' answers. */
  let link: 'up' | 'down' | 'answers lost';
  let claims: Claims;
  const open: Claims[] = [];
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    rows = new MemoryClaims(leaseMs, () => performance.now());
    link = 'up';
    claims = claimsOf((when) => {
      if (link === 'down' || (link === 'answers lost' && when === 'after')) throw new Error('no connection');
    });
  });
  afterEach(async () => {
    link = 'up';
    for (const each of open.splice(0)) {
      await Promise.all([each.stop(), pass(2_000)]);
    }
    jest.useRealTimers();
  });

  function claimsOf(trouble: (when: 'before' | 'after') => void = () => undefined): Claims {
    const made = new Claims({
      store: rows.seenBy((_, when) => trouble(when)),
      leaseMs,
      prepare: async () => undefined,
      monotonic: () => performance.now(),
      metrics: new Registry(),
      logger: createLogger('test', 'silent'),
    });
    open.push(made);
    return made;
  }
  const ask = (id: JobId, owner = 'me/1'): ClaimRequest => ({
    id,
    owner,
    run: 1,
    attempt: 1,
    inPlace: false,
  });
  async function taken(id: JobId) {
    const met = await claims.ask(ask(id));
    if (met.kind !== 'taken') throw new Error(met.kind);
    return met.claim;
  }
  /** How many deaths the next owner is told of, in another process. */
  async function deathsSeenBy(owner: string, id: JobId): Promise<number | string> {
    const met = await claimsOf().ask(ask(id, owner));
    return met.kind === 'taken' ? met.claim.deaths : met.kind;
  }

  it('counts as no death when it gives its claim back, however long that takes', async () => {
    const id = newJobId();
    const claim = await taken(id);
    link = 'down';
    claims.giveBack(claim);
    await pass(leaseMs / 2);
    link = 'up';
    await pass(1_000);
    expect(await deathsSeenBy('other/1', id)).toBe(0);
  });

  it('counts as no death when the answer to giving back is lost', async () => {
    const id = newJobId();
    const claim = await taken(id);
    link = 'answers lost';
    claims.giveBack(claim);
    await pass(longerThanALeaseMs);
    expect(await deathsSeenBy('other/1', id)).toBe(0);
  });

  it('counts as no death when its request got no answer and is withdrawn', async () => {
    const id = newJobId();
    link = 'answers lost';
    expect(await claims.ask(ask(id))).toEqual({ kind: 'held' });
    expect(rows.rows.get(id)).toMatchObject({ state: 'running', owner: 'me/1' });
    claims.withdraw(ask(id));
    link = 'up';
    await pass(1_000);
    expect(await deathsSeenBy('other/1', id)).toBe(0);
  });

  it('lets its next request take the claim once it is given back, without a death', async () => {
    const id = newJobId();
    const claim = await taken(id);
    link = 'down';
    claims.giveBack(claim);
    await pass(1_000);
    expect(await claims.ask(ask(id, 'me/2'))).toEqual({ kind: 'held' });
    link = 'up';
    await pass(2_000);
    expect(await claims.ask(ask(id, 'me/2'))).toMatchObject({ kind: 'taken', claim: { deaths: 0 } });
  });

  it('gives its claim back before the worker has stopped', async () => {
    const id = newJobId();
    const claim = await taken(id);
    link = 'down';
    claims.giveBack(claim);
    await pass(500);
    link = 'up';
    const stopped = claims.stop();
    await pass(1_000);
    await stopped;
    expect(rows.rows.get(id)).toMatchObject({ state: 'free', deaths: 0 });
  });

  it('lets the worker stop while Postgres is unreachable', async () => {
    const claim = await taken(newJobId());
    link = 'down';
    claims.giveBack(claim);
    const stopped = claims.stop();
    await pass(1_500);
    await expect(stopped).resolves.toBeUndefined();
  });

  it('frees no claim that another owner has taken since', async () => {
    const id = newJobId();
    const claim = await taken(id);
    link = 'down';
    claims.giveBack(claim);
    await pass(longerThanALeaseMs);
    expect(await deathsSeenBy('other/1', id)).toBe(1);
    link = 'up';
    await pass(1_000);
    expect(rows.rows.get(id)).toMatchObject({ state: 'running', owner: 'other/1' });
  });
});
