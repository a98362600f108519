import type { ClaimRequest } from './decide-claim.js';

/** A request that waits until its claim is worth asking for again. */
interface Watcher {
  readonly request: ClaimRequest;
  readonly ready: () => void;
}

/** What {@link ClaimWatch} takes. */
export interface ClaimWatchOptions {
  readonly pollMs: number;
  /** See `ClaimStore.findHeld`. */
  findHeld(requests: readonly ClaimRequest[]): Promise<ReadonlySet<string>>;
}

/** Asked for in one statement: its parameters stay small. */
const maxAtOnce = 1_000;

/** Looks after claims that others hold, all in one statement: a request that waits here asks Postgres nothing of its own. */
export class ClaimWatch {
  private readonly watchers = new Set<Watcher>();
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;

  constructor(private readonly options: ClaimWatchOptions) {}

  get size(): number {
    return this.watchers.size;
  }

  /** Calls `ready` once. @returns how to stop watching */
  add(request: ClaimRequest, ready: () => void): () => void {
    const watcher = { request, ready };
    this.watchers.add(watcher);
    this.schedule();
    return () => this.remove(watcher);
  }

  private remove(watcher: Watcher): void {
    this.watchers.delete(watcher);
    if (this.watchers.size > 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    if (!this.isLooking) this.timer ??= setTimeout(() => void this.look(), this.options.pollMs);
  }

  /** While Postgres does not answer everyone stays. */
  private async look(): Promise<void> {
    this.timer = undefined;
    this.isLooking = true;
    const asked = [...this.watchers];
    const held = await this.findHeld(asked).catch(() => undefined);
    this.isLooking = false;
    if (held !== undefined) {
      const ready = asked.filter((each) => this.watchers.has(each) && !held.has(each.request.owner));
      for (const watcher of ready) this.watchers.delete(watcher);
      // Each goes first in its lane, so that the last one to be told is the first to continue.
      for (const watcher of ready.reverse()) watcher.ready();
    }
    if (this.watchers.size > 0) this.schedule();
  }

  private async findHeld(watchers: readonly Watcher[]): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    for (let from = 0; from < watchers.length; from += maxAtOnce) {
      const requests = watchers.slice(from, from + maxAtOnce).map(({ request }) => request);
      for (const owner of await this.options.findHeld(requests)) held.add(owner);
    }
    return held;
  }
}
