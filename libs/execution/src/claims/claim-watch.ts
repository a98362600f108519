import type { ClaimRequest } from './decide-claim.js';

/** A request that waits until its claim may be free. */
interface WatchedRequest {
  readonly request: ClaimRequest;
  readonly ready: () => void;
}

export interface ClaimWatchOptions {
  readonly pollMs: number;
  /** @returns the owners of those requests whose claim another owner holds */
  findHeld(requests: readonly ClaimRequest[]): Promise<ReadonlySet<string>>;
}

/** Requests in one statement, so that its parameters stay small. */
const maxAtOnce = 1_000;

/** Watches the claims that others hold, all in one statement: a request that waits costs Postgres no query of its own. */
export class ClaimWatch {
  private readonly watched = new Set<WatchedRequest>();
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;

  constructor(private readonly options: ClaimWatchOptions) {}

  get size(): number {
    return this.watched.size;
  }

  /** Calls `ready` once. @returns how to stop watching */
  add(request: ClaimRequest, ready: () => void): () => void {
    const entry = { request, ready };
    this.watched.add(entry);
    this.schedule();
    return () => this.remove(entry);
  }

  private remove(entry: WatchedRequest): void {
    this.watched.delete(entry);
    if (this.watched.size > 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    if (!this.isLooking) this.timer ??= setTimeout(() => void this.look(), this.options.pollMs);
  }

  /** While Postgres does not answer, all requests keep waiting. */
  private async look(): Promise<void> {
    this.timer = undefined;
    this.isLooking = true;
    const asked = [...this.watched];
    const held = await this.findHeld(asked).catch(() => undefined);
    this.isLooking = false;
    if (held !== undefined) {
      const ready = asked.filter((each) => this.watched.has(each) && !held.has(each.request.owner));
      for (const entry of ready) this.watched.delete(entry);
      // Each goes to the front of its lane, so the last one told is the first to continue.
      for (const entry of ready.reverse()) entry.ready();
    }
    if (this.watched.size > 0) this.schedule();
  }

  private async findHeld(watched: readonly WatchedRequest[]): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    for (let from = 0; from < watched.length; from += maxAtOnce) {
      const requests = watched.slice(from, from + maxAtOnce).map(({ request }) => request);
      for (const owner of await this.options.findHeld(requests)) held.add(owner);
    }
    return held;
  }
}
