import { steadyTime } from '../../client/steady-time.js';
import type { Takeover } from './takeover.js';

/** Why a record is to be run apart from others: a process died with it, which it may have caused. */
export interface Suspicion {
  /** How often the record alone has ended its process. */
  readonly deaths: number;
}

/** After an unclean takeover so many records that no commit lists are suspects too: for at most so long, … */
const maxUnlisted = 1_000;
const maxUnlistedMs = 30_000;
/** … and for so long after the first suspect has ended, or the last one has ended its process. */
const unlistedMs = 10_000;

/**
 * The suspects of one partition: those that the commit lists until they end; and after an unclean takeover, for a while, the first
 * records that it does not list, because a record that kills its process within some 50 ms is in no commit. The second kind is a
 * guess: a killer that it misses is listed, or among the first, at the next takeover. It ends by itself, so that records that take long
 * do not wait for each other. The time that the first process takes to start does not count, and each death prolongs it: where one
 * killer was found there may be another.
 */
export class Suspects {
  private readonly deathsByOffset: Map<number, number>;
  private readonly unlisted = new Set<number>();
  /** -Infinity after a takeover in order. */
  private unlistedUntil: number;
  private hasAcquitted = false;

  /**
   * @param logEnd where the log ended at the takeover: what it has got since was begun by nobody before
   * @param monotonic in milliseconds
   */
  constructor(
    takeover: Takeover,
    private readonly logEnd: number,
    private readonly monotonic: () => number = steadyTime,
  ) {
    this.deathsByOffset = new Map(takeover.suspects);
    this.unlistedUntil = takeover.isUnclean ? monotonic() + maxUnlistedMs : -Infinity;
  }

  /** The deaths of those to list in a commit, by offset. */
  get listed(): ReadonlyMap<number, number> {
    return this.deathsByOffset;
  }

  /** A record is handed over. */
  meet(offset: number): void {
    if (this.unlistedUntil === -Infinity || offset >= this.logEnd || this.unlisted.size >= maxUnlisted)
      return;
    if (this.deathsByOffset.has(offset) || this.monotonic() >= this.unlistedUntil) return;
    this.unlisted.add(offset);
  }

  suspicionOf(offset: number): Suspicion | undefined {
    const deaths = this.deathsByOffset.get(offset);
    if (deaths !== undefined) return { deaths };
    return this.unlisted.has(offset) && this.monotonic() < this.unlistedUntil ? { deaths: 0 } : undefined;
  }

  /** The work on a record begins: a suspect stays one until it ends. */
  begin(offset: number): void {
    if (this.unlisted.size > 0 && this.suspicionOf(offset))
      this.deathsByOffset.set(offset, this.deathsByOffset.get(offset) ?? 0);
  }

  /** A suspect has ended its process. */
  note(offset: number, deaths: number): void {
    this.deathsByOffset.set(offset, deaths);
    if (this.unlistedUntil > this.monotonic())
      this.unlistedUntil = Math.max(this.unlistedUntil, this.monotonic() + unlistedMs);
  }

  /** The work on a record has ended. */
  acquit(offset: number): void {
    if (!this.deathsByOffset.delete(offset) || this.hasAcquitted) return;
    this.hasAcquitted = true;
    this.unlistedUntil = Math.min(this.unlistedUntil, this.monotonic() + unlistedMs);
  }

  /** The work on a record that the commit lists was done elsewhere. */
  drop(offset: number): void {
    this.deathsByOffset.delete(offset);
  }
}
