import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@jobstream/runtime';
import { ConcurrencyLimiter, type Release } from './concurrency-limiter.js';
import type { PermitName, PermitWish } from './permit-store.js';

describe('a concurrency limiter', () => {
  let now = 0;
  const permits = new Map<string, PermitName>();
  /** One permit a limit, free again once it is released. */
  const store = {
    leaseMs: 60_000,
    renewAndTake: async (held: readonly PermitName[], wishes: readonly PermitWish[]) => {
      const taken = wishes.filter(({ id }) => !permits.has(id)).map(({ id }) => ({ id, slot: 1 }));
      for (const permit of taken) permits.set(permit.id, permit);
      return { renewed: [...held], taken };
    },
    release: async (released: readonly PermitName[]) => {
      for (const { id } of released) permits.delete(id);
    },
  };
  const limiter = new ConcurrencyLimiter({
    store,
    maxAtOnce: 10,
    logger: createLogger('test', 'silent'),
    now: () => (now += 5),
  });
  afterEach(() => limiter.stop());

  it('forgets the limits of keys that no job waits for or holds', async () => {
    const enter = (id: string) =>
      limiter.enter({ kind: 'concurrency', id, max: 1 }, new AbortController().signal) as Promise<Release>;
    const releaseLong = await enter('long');
    const waits = enter('long');
    for (let key = 0; key < 100; key += 10) {
      const releases = await Promise.all(Array.from({ length: 10 }, (_, at) => enter(`key ${key + at}`)));
      for (const release of releases) release();
    }
    expect(limiter.size).toBeLessThanOrEqual(1 + 2 * 10);
    releaseLong();
    (await waits)();
  });
});
