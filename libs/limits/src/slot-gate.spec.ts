import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@jobstream/runtime';
import { SlotGate, type Leave } from './slot-gate.js';
import type { SlotName, SlotWish } from './slot-store.js';

describe('a gate with a limit for each value of a key', () => {
  let now = 0;
  const places = new Map<string, SlotName>();
  /** One place a limit, free again once it is released. */
  const store = {
    leaseMs: 60_000,
    renewAndTake: async (held: readonly SlotName[], wishes: readonly SlotWish[]) => {
      const taken = wishes.filter(({ id }) => !places.has(id)).map(({ id }) => ({ id, slot: 1 }));
      for (const place of taken) places.set(place.id, place);
      return { renewed: [...held], taken };
    },
    release: async (slots: readonly SlotName[]) => {
      for (const { id } of slots) places.delete(id);
    },
  };
  const gate = new SlotGate({
    store,
    mostAtOnce: 10,
    logger: createLogger('test', 'silent'),
    now: () => (now += 5),
  });
  afterEach(() => gate.stop());

  it('remembers those alone that somebody waits for or holds', async () => {
    const enter = (id: string) =>
      gate.enter({ kind: 'concurrency', id, most: 1 }, new AbortController().signal) as Promise<Leave>;
    const leaveLong = await enter('long');
    const waits = enter('long');
    for (let key = 0; key < 100; key += 10) {
      const leaves = await Promise.all(Array.from({ length: 10 }, (_, at) => enter(`key ${key + at}`)));
      for (const leave of leaves) leave();
    }
    expect(gate.size).toBeLessThanOrEqual(1 + 2 * 10);
    leaveLong();
    (await waits)();
  });
});
