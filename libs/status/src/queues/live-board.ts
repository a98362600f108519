import { setTimeout as pause } from 'node:timers/promises';
import type { LiveEvent, LiveFrame } from '@jobstream/contracts/rest';
import type { BrokerClock } from '@jobstream/kafka';
import type { LogEnds, ProjectionProgress } from '@jobstream/projection';
import { StatusError } from '../status-error.js';
import { frameOf, FramePast } from './queue-frame.js';
import type { QueueViews } from './queue-views.js';

export interface LiveBoardOptions {
  readonly views: QueueViews;
  readonly ends: LogEnds;
  readonly progress: ProjectionProgress;
  readonly brokerClock: BrokerClock;
}

const everyMs = 1_000;

/** Somebody who watches. Of the events that came while they were slow, only the newest waits for them. */
class Watcher {
  private newest: LiveEvent | undefined;
  private wake: () => void = () => undefined;

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  tell(event: LiveEvent): void {
    this.newest = event;
    this.wake();
  }

  /** The next event; undefined once the signal has aborted. */
  async next(): Promise<LiveEvent | undefined> {
    if (this.newest === undefined && !this.signal.aborted)
      await new Promise<void>((resolve) => (this.wake = resolve));
    const event = this.signal.aborted ? undefined : this.newest;
    this.newest = undefined;
    return event;
  }
}

/**
 * Looks at all queues once a second while somebody watches, and tells everyone who does: the cost is the same for one watcher and
 * for a hundred, and none where nobody watches.
 */
export class LiveBoard {
  private readonly watchers = new Set<Watcher>();
  private readonly past = new FramePast();
  private latest: LiveEvent | undefined;
  private isLooking = false;

  constructor(private readonly options: LiveBoardOptions) {}

  /** What was seen before, then what is seen each second, until `signal` aborts. */
  async *watch(signal: AbortSignal): AsyncGenerator<LiveEvent, void> {
    const watcher = new Watcher(signal);
    this.watchers.add(watcher);
    try {
      yield { kind: 'past', data: this.past.read(performance.now()) };
      if (this.isLooking && this.latest) watcher.tell(this.latest);
      else if (!this.isLooking) void this.look();
      for (let event = await watcher.next(); event; event = await watcher.next()) yield event;
    } finally {
      this.watchers.delete(watcher);
    }
  }

  private async look(): Promise<void> {
    this.isLooking = true;
    while (this.watchers.size > 0) {
      const begun = performance.now();
      this.latest = await this.see(begun).catch(troubleOf);
      for (const watcher of this.watchers) watcher.tell(this.latest);
      await pause(Math.max(everyMs - (performance.now() - begun), 0));
    }
    this.latest = undefined;
    this.isLooking = false;
  }

  private async see(now: number): Promise<LiveEvent> {
    const { views, brokerClock } = this.options;
    const [queues, statusBehind] = await Promise.all([views.list(), this.countBehind()]);
    const frames = queues.map(frameOf);
    this.past.note(now, frames);
    const at = brokerClock.isKnown ? new Date(brokerClock.now()).toISOString() : null;
    const frame: LiveFrame = { at, statusBehind, queues: frames };
    return { kind: 'frame', data: frame };
  }

  private async countBehind(): Promise<number | null> {
    const { ends, progress } = this.options;
    return ends
      .now()
      .then((now) => progress.countBehind(now))
      .catch(() => null);
  }
}

/** The watchers stay: the next look may succeed. */
function troubleOf(error: unknown): LiveEvent {
  const code = error instanceof StatusError ? error.code : 'internal_error';
  const detail = error instanceof StatusError ? error.message : 'The queues can not be read now.';
  return { kind: 'trouble', data: { code, detail } };
}
