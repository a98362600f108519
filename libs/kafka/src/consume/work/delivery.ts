import type { IncomingRecord } from '../../client/record.js';
import type { Suspicion } from './suspects.js';

/**
 * A record handed over for work. The order of calls: `begin()` when the work starts, then exactly one of `done()` and
 * `abandon()`. A delivery that has not begun may be dropped once `isCurrent()` is false.
 */
export interface Delivery {
  readonly record: IncomingRecord;
  /** Attempts an ordered job had used in place when its offset was last committed (0 when none were noted). */
  readonly attemptsUsed: number;
  /** Why the record is to be run apart; undefined for almost every record, and once its partition is lost. */
  readonly suspicion: Suspicion | undefined;
  /**
   * Whether this process still holds the partition as it did when the record was handed over. Also false, and then all partitions
   * are lost at once, when the group has not been heard of within its session.
   */
  isCurrent(): boolean;
  /** The work starts. False: the partition is lost or the consumer drains. Drop the delivery; the next holder of the partition gets the record. */
  begin(): boolean;
  /** Notes that this many attempts were used while the offset stays in flight; it is committed beside the watermark. */
  noteAttempts(used: number): void;
  /**
   * Notes how often the record alone has ended its process.
   * @returns a promise of the moment at which the group's commit tells it, or the partition is lost. It never rejects
   */
  noteDeaths(deaths: number): Promise<void>;
  /** The outcome is acknowledged by the log: the offset counts as finished and will be committed. Repeats are ignored. */
  done(): void;
  /**
   * The work ended without an acknowledged outcome (a failure that was not written because the partition was lost). Where the
   * partition is held, the record is handed over again.
   */
  abandon(): void;
}
