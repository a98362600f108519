import { setTimeout as pause } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { Clock } from './clock.js';
import type { Health } from './health.js';
import type { Logger } from './logger.js';

/** A clock outside this process, carried on from its last answer. Unknown before the first answer. */
export interface HeardClock extends Clock {
  readonly isKnown: boolean;
  /** Milliseconds since it was last heard. */
  readonly silentMs: number;
}

/** A clock that a process goes by, and how to ask it. */
export interface WatchedClock {
  readonly clock: HeardClock;
  /** Whether the process has to hear it before it is ready. */
  readonly isNeeded: boolean;
  /** Asks the clock. Rejects where it can't be reached. */
  ask(): Promise<unknown>;
}

export interface ClockWatchOptions {
  /** By name, as metrics and the log show it: `broker`, `postgres`. */
  readonly clocks: Readonly<Record<string, WatchedClock>>;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** This machine's clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly local?: () => number;
}

/** A skew beyond it is an alarm: times that people compare across machines would mislead them. */
export const noticeableSkewMs = 5_000;

const firstPauseMs = 50;
const maxPauseMs = 2_000;
const lookEveryMs = 5_000;
/** A clock that was silent for longer is asked. */
const maxSilenceMs = 60_000;

/**
 * Asks the clocks that a process goes by until each has answered, asks them again when they are silent for long, and shows how
 * far this machine's own clock is from them. That skew is an alarm because logs are dated by this machine's clock.
 */
export class ClockWatch {
  private readonly local: () => number;
  private readonly stopping = new AbortController();
  private readonly skewed = new Set<string>();
  /** Why a clock is not heard, by its name. */
  private readonly failures = new Map<string, string>();
  private isWatching = false;

  constructor(private readonly options: ClockWatchOptions) {
    this.local = options.local ?? (() => Date.now());
    const skews = () => this.skews();
    new Gauge({
      name: 'jobstream_clock_skew_seconds',
      help: "How far this machine's clock is ahead of another one, of a broker or of Postgres; none before its first answer.",
      labelNames: ['against'],
      registers: [options.metrics],
      collect() {
        for (const [against, skewMs] of skews()) this.set({ against }, skewMs / 1_000);
      },
    });
  }

  /** Starts in the background; a second call does nothing. */
  start(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    for (const [name, clock] of Object.entries(this.options.clocks)) void this.watch(name, clock);
  }

  /** Ends the asking. */
  stop(): void {
    this.stopping.abort();
  }

  /** Not ok until each needed clock has answered. A skew is only an alarm in the detail: work goes by the other clocks. */
  health(): Health {
    for (const [name, { clock, isNeeded }] of Object.entries(this.options.clocks)) {
      const failure = this.failures.get(name) ?? 'it has not answered.';
      if (isNeeded && !clock.isKnown)
        return { ok: false, why: `The time of ${name} is not known yet: ${failure}` };
    }
    const skews = this.skews();
    const alarms = skews.filter(([, skewMs]) => isSkewed(skewMs)).map(([name, ms]) => describeSkew(name, ms));
    return { ok: true, detail: { skewMs: Object.fromEntries(skews), alarms } };
  }

  /** Logs each clock from which the skew became noticeable since the last look, or ceased to be. */
  look(): void {
    for (const [name, skewMs] of this.skews()) {
      const about = { against: name, skewMs };
      if (isSkewed(skewMs) && !this.skewed.has(name)) {
        this.skewed.add(name);
        this.options.logger.error(about, describeSkew(name, skewMs));
      } else if (!isSkewed(skewMs) && this.skewed.delete(name)) {
        this.options.logger.info(about, 'clock corrected');
      }
    }
  }

  private async watch(name: string, { clock, ask }: WatchedClock): Promise<void> {
    const { signal } = this.stopping;
    for (let pauseMs = firstPauseMs; !signal.aborted;) {
      const isDue = !clock.isKnown || clock.silentMs > maxSilenceMs;
      if (isDue) await this.hear(name, ask);
      this.look();
      const restMs = clock.isKnown ? lookEveryMs : pauseMs;
      pauseMs = Math.min(pauseMs * 2, maxPauseMs);
      await pause(restMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async hear(name: string, ask: WatchedClock['ask']): Promise<void> {
    try {
      await ask();
      this.failures.delete(name);
    } catch (error) {
      this.failures.set(name, error instanceof Error ? error.message : String(error));
      this.options.logger.debug({ err: error, clock: name }, 'clock not heard: asking again');
    }
  }

  private skews(): [name: string, skewMs: number][] {
    return Object.entries(this.options.clocks).flatMap(([name, { clock }]) =>
      clock.isKnown ? [[name, Math.round(this.local() - clock.now())]] : [],
    );
  }
}

function isSkewed(skewMs: number): boolean {
  return Math.abs(skewMs) > noticeableSkewMs;
}

function describeSkew(against: string, skewMs: number): string {
  const side = skewMs > 0 ? 'ahead of' : 'behind';
  const seconds = (Math.abs(skewMs) / 1_000).toFixed(1);
  return `This machine's clock is ${seconds} s ${side} that of ${against}. Run a time service (chrony, systemd-timesyncd) on both.`;
}
