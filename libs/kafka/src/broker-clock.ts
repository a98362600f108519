const WINDOW_MS = 60_000;
const FORGET_MS = 600_000;

/**
 * The brokers' time, as far as it is proven. Each produce answer carries the append time of its leader: at its arrival
 * that clock shows at least this much. The best such lower bound of the last one to two minutes counts, and of several
 * brokers the one furthest behind, so `now()` is never ahead of the clock that stamped a record (a retry is never early)
 * and behind it by about one answer's way. It runs on this process' monotonic clock, so local clock steps don't matter.
 */
export class BrokerClock {
  readonly #monotonic: () => number;
  readonly #skews = new Map<number, { since: number; current: number; previous: number }>();

  /** @param monotonic ms since the epoch that never jump (default: the process' start time plus its uptime) */
  constructor(monotonic: () => number = () => performance.timeOrigin + performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Takes note that broker `nodeId` stamped `appendedAt` (ms) on something whose answer has just arrived. */
  observe(nodeId: number, appendedAt: number): void {
    const now = this.#monotonic();
    const skew = appendedAt - now;
    const known = this.#skews.get(nodeId);
    if (!known) {
      this.#skews.set(nodeId, { since: now, current: skew, previous: -Infinity });
    } else if (now - known.since < WINDOW_MS) {
      known.current = Math.max(known.current, skew);
    } else {
      const previous = now - known.since < 2 * WINDOW_MS ? known.current : -Infinity;
      this.#skews.set(nodeId, { since: now, current: skew, previous });
      this.#forgetSilent(now);
    }
  }

  /** The brokers' time in ms; this machine's before the first answer. */
  now(): number {
    let skew = Infinity;
    for (const { current, previous } of this.#skews.values())
      skew = Math.min(skew, Math.max(current, previous));
    return Math.floor(this.#monotonic() + (skew === Infinity ? 0 : skew));
  }

  /** A broker that left the cluster must not hold the time back for good. */
  #forgetSilent(now: number): void {
    for (const [nodeId, { since }] of this.#skews) {
      if (now - since > FORGET_MS) this.#skews.delete(nodeId);
    }
  }
}
