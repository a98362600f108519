import { steadyTime } from './steady-time.js';

const windowMs = 60_000;
const forgetMs = 600_000;

/** No broker has said its time to this process yet: nothing can be due, expired or dated. */
export class ClockUnknownError extends Error {
  override readonly name = 'ClockUnknownError';
  readonly code = 'clock_unknown';

  constructor() {
    super('The time of the brokers is not known yet: none has answered. See that Kafka can be reached.');
  }
}

/** The answer carries no broker time: records of the topic are stamped by their senders. */
export class UnstampedTopicError extends Error {
  override readonly name = 'UnstampedTopicError';
  readonly code = 'unstamped_topic';

  constructor(topic: string) {
    super(
      `The broker does not stamp what is written to ${topic}: set message.timestamp.type=LogAppendTime on it.`,
    );
  }
}

/**
 * The brokers' time, as far as it is proven. Each produce answer carries the append time of its leader: at its arrival
 * that clock shows at least this much. The best such lower bound of the last one to two minutes counts, and of several
 * brokers the one furthest behind, so `now()` is never ahead of the clock that stamped a record (a retry is never early)
 * and behind it by about one answer's way. It runs on this process' monotonic clock, so local clock steps don't matter.
 * Unknown before the first answer: this machine's clock is never taken for it.
 */
export class BrokerClock {
  private readonly monotonic: () => number;
  private readonly skews = new Map<number, { since: number; current: number; previous: number }>();
  private observedAt = -Infinity;
  private tellFirst: () => void = () => undefined;
  private readonly first = new Promise<void>((resolve) => (this.tellFirst = resolve));

  /** @param monotonic ms that never jump, from any origin (default: the process' start time plus its uptime) */
  constructor(monotonic: () => number = steadyTime) {
    this.monotonic = monotonic;
  }

  /** Takes note that broker `nodeId` stamped `appendedAt` (ms) on something whose answer has just arrived. */
  observe(nodeId: number, appendedAt: number): void {
    const now = this.monotonic();
    const skew = appendedAt - now;
    const known = this.skews.get(nodeId);
    this.observedAt = now;
    if (!known) {
      this.skews.set(nodeId, { since: now, current: skew, previous: -Infinity });
      this.tellFirst();
    } else if (now - known.since < windowMs) {
      known.current = Math.max(known.current, skew);
    } else {
      const previous = now - known.since < 2 * windowMs ? known.current : -Infinity;
      this.skews.set(nodeId, { since: now, current: skew, previous });
      this.forgetSilent(now);
    }
  }

  /** Whether a broker has answered yet; from then on `now()` is known for good. */
  get isKnown(): boolean {
    return this.skews.size > 0;
  }

  /** Resolves with the first answer. */
  whenKnown(): Promise<void> {
    return this.first;
  }

  /** For how many ms no answer has said the time; Infinity before the first. */
  get silentMs(): number {
    return this.monotonic() - this.observedAt;
  }

  /** The brokers' time in whole milliseconds since 1970. @throws ClockUnknownError before the first answer */
  now(): number {
    if (!this.isKnown) throw new ClockUnknownError();
    let skew = Infinity;
    for (const { current, previous } of this.skews.values())
      skew = Math.min(skew, Math.max(current, previous));
    return Math.floor(this.monotonic() + skew);
  }

  /** A broker that left the cluster must not hold the time back for good. */
  private forgetSilent(now: number): void {
    for (const [nodeId, { since }] of this.skews) {
      if (now - since > forgetMs) this.skews.delete(nodeId);
    }
  }
}
