/** A job of a schedule: how long it takes, and the key whose jobs run one after another. */
export interface ScheduledJob {
  readonly ms: number;
  readonly key: string;
}

/**
 * How long the jobs take if each starts as soon as it can: when a slot is free and the jobs of its key before it have
 * ended, the earliest in line first. What no scheduler that keeps the line can beat.
 */
export function idealMs(jobs: readonly ScheduledJob[], slots: number): number {
  const keyFreeAt = new Map<string, number>();
  const slotFreeAt = new Array<number>(slots).fill(0);
  let waiting = [...jobs];
  let now = 0;
  while (waiting.length > 0) {
    const taken = new Set<string>();
    waiting = waiting.filter(({ key, ms }) => {
      const slot = slotFreeAt.findIndex((freeAt) => freeAt <= now);
      if (slot < 0 || taken.has(key) || (keyFreeAt.get(key) ?? 0) > now) {
        taken.add(key);
        return true;
      }
      slotFreeAt[slot] = now + ms;
      keyFreeAt.set(key, now + ms);
      return false;
    });
    const later = [...slotFreeAt, ...keyFreeAt.values()].filter((time) => time > now);
    if (later.length > 0) now = Math.min(...later);
  }
  return Math.max(0, ...slotFreeAt);
}
