import type { NotedEntry } from './noted-entry.js';

/** Within so long, refusals of one kind are one entry, and one more that counts the others. */
export const tallyMs = 60_000;
const maxKinds = 10_000;

interface Tally {
  readonly since: number;
  last: NotedEntry;
  more: number;
}

/**
 * Whether an answer says that nothing was done. Of a 500 and a 504 that is not known, so each of those has an entry of its own.
 */
export function isRefusal({ status }: Pick<NotedEntry, 'status'>): boolean {
  return (status >= 400 && status < 500) || status === 503;
}

/**
 * Keeps a key that is refused a thousand times a second from filling the audit: of refusals of one key, action and status within a
 * minute the first is an entry, and the others are counted.
 */
export class RefusalTally {
  private readonly tallies = new Map<string, Tally>();

  /** Whether {@link take} would return anything later. */
  get isEmpty(): boolean {
    return this.tallies.size === 0;
  }

  /**
   * Counts a refusal.
   * @param now milliseconds of a clock that never goes back
   * @returns whether it is to be an entry of its own
   */
  isFirst(entry: NotedEntry, now: number): boolean {
    const kind = `${entry.keyId ?? ''} ${entry.status} ${entry.action}`;
    const tally = this.tallies.get(kind);
    if (tally === undefined) {
      // More kinds than that no honest caller has; each is an entry then.
      if (this.tallies.size < maxKinds) this.tallies.set(kind, { since: now, last: entry, more: 0 });
      return true;
    }
    tally.more += 1;
    tally.last = entry;
    return false;
  }

  /** Entries that count the others, of the kinds whose minute is over by then; these begin anew. */
  take(now: number): NotedEntry[] {
    const over = [...this.tallies].filter(([, { since }]) => now - since >= tallyMs);
    for (const [kind] of over) this.tallies.delete(kind);
    return over
      .filter(([, { more }]) => more > 0)
      .map(([, { last, more }]) => ({ ...last, target: `${more} more` }));
  }
}
