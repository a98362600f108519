import { steadyTime } from '../../client/steady-time.js';
import type { Takeover } from './takeover.js';

/** Why a record is to be run apart from others: a process died with it, which it may have caused. */
export interface Suspicion {
  /** How often the record alone has ended its process. */
  readonly deaths: number;
  /** When the suspicion ends by itself, by `steadyTime`; undefined where only the end of the record's work ends it. */
  readonly until: number | undefined;
}

/** For so long after an unclean takeover, and for so many records, those that no commit lists are suspects too. */
const unlistedMs = 10_000;
const maxUnlisted = 1_000;

/**
 * The suspects of one partition: those that the commit lists until they end; and after an unclean takeover, for a while, the first
 * records that it does not list, because a record that kills its process within some 50 ms is in no commit. The second kind is a
 * guess: a killer that it misses is listed, or among the first, at the next takeover.
 */
export class Suspects {
  private readonly deathsByOffset: Map<number, number>;
  private readonly unlisted = new Set<number>();
  private readonly unlistedUntil: number;

  /** @param monotonic in milliseconds */
  constructor(
    takeover: Takeover,
    private readonly monotonic: () => number = steadyTime,
  ) {
    this.deathsByOffset = new Map(takeover.suspects);
    this.unlistedUntil = takeover.isUnclean ? monotonic() + unlistedMs : -Infinity;
  }

  /** The deaths of those to list in a commit, by offset. */
  get listed(): ReadonlyMap<number, number> {
    return this.deathsByOffset;
  }

  /** A record is handed over. */
  meet(offset: number): void {
    if (this.unlistedUntil === -Infinity || this.unlisted.size >= maxUnlisted) return;
    if (this.deathsByOffset.has(offset) || this.monotonic() >= this.unlistedUntil) return;
    this.unlisted.add(offset);
  }

  suspicionOf(offset: number): Suspicion | undefined {
    const deaths = this.deathsByOffset.get(offset);
    if (deaths !== undefined) return { deaths, until: undefined };
    if (!this.unlisted.has(offset) || this.monotonic() >= this.unlistedUntil) return undefined;
    return { deaths: 0, until: this.unlistedUntil };
  }

  /** The work on a record begins: a suspect stays one until it ends. */
  begin(offset: number): void {
    if (this.unlisted.size > 0 && this.suspicionOf(offset))
      this.deathsByOffset.set(offset, this.deathsByOffset.get(offset) ?? 0);
  }

  note(offset: number, deaths: number): void {
    this.deathsByOffset.set(offset, deaths);
  }

  /** The work on a record has ended, or was done elsewhere. */
  acquit(offset: number): void {
    this.deathsByOffset.delete(offset);
  }
}
