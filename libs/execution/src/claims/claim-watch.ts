import type { ClaimRequest } from './decide-claim.js';

/** Something that waits until its claim is worth asking for again. */
export interface Watcher {
  readonly request: ClaimRequest;
  /** Whether anybody still wants to know. */
  isCurrent(): boolean;
  ready(): void;
  /** Called instead when it is not current any more, or the watch stops. */
  dropped(): void;
}

/** What {@link ClaimWatch} takes. */
export interface ClaimWatchParts {
  readonly pollMs: number;
  /** See `ClaimStore.findHeld`. */
  findHeld(requests: readonly ClaimRequest[]): Promise<ReadonlySet<string>>;
}

/** Asked of at once: a statement's parameters stay small. */
const mostAtOnce = 1_000;

/** Looks after claims that others hold, all in one statement: who waits here holds no slot and asks Postgres nothing. */
export class ClaimWatch {
  private watchers: Watcher[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly parts: ClaimWatchParts) {}

  get size(): number {
    return this.watchers.length;
  }

  add(watcher: Watcher): void {
    if (this.isStopped) return watcher.dropped();
    this.watchers.push(watcher);
    this.schedule();
  }

  /** Drops who is not current any more. */
  dropLost(): void {
    this.keep((watcher) => watcher.isCurrent());
  }

  /** Drops everyone. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.keep(() => false);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => void this.look(), this.parts.pollMs);
  }

  /** While Postgres does not answer everyone stays. */
  private async look(): Promise<void> {
    const asked = [...this.watchers];
    const held = await this.findHeld(asked).catch(() => undefined);
    this.timer = undefined;
    if (this.isStopped) return;
    if (held !== undefined) {
      const known = new Set(asked);
      const ready = this.watchers.filter((each) => known.has(each) && !held.has(each.request.owner));
      const gone = new Set(ready);
      this.watchers = this.watchers.filter((each) => !gone.has(each));
      // Each goes first in its lane, so that the last one to be told is the first to go on.
      for (const watcher of ready.reverse()) watcher.ready();
    }
    if (this.watchers.length > 0) this.schedule();
  }

  private async findHeld(watchers: readonly Watcher[]): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    for (let from = 0; from < watchers.length; from += mostAtOnce) {
      const requests = watchers.slice(from, from + mostAtOnce).map(({ request }) => request);
      for (const owner of await this.parts.findHeld(requests)) held.add(owner);
    }
    return held;
  }

  private keep(wanted: (watcher: Watcher) => boolean): void {
    const dropped = this.watchers.filter((watcher) => !wanted(watcher));
    this.watchers = this.watchers.filter(wanted);
    for (const watcher of dropped) watcher.dropped();
  }
}
