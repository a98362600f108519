import type { IncomingRecord } from '@jobstream/kafka';
import type { LaneEnd, Stay } from './stay.js';

interface Line {
  /** It has the turn: it runs, waits in place for its next attempt, or is about to start. */
  holder: Stay;
  /** The others in the order they came. Each value ends the wait of its stay. */
  readonly waiting: Map<Stay, (end?: LaneEnd) => void>;
}

/**
 * The gate of ordering keys: of the deliveries of one key, one holds the key and the others wait in the order they came.
 *
 * A holder keeps its key over its retries in place. When it is done, the key goes to the next in line. When it is abandoned and
 * its record is handed over again at once, the record gets the key back, so no job overtakes it.
 */
export class KeyOrder {
  private readonly lines = new Map<string, Line>();
  /** Set while a holder is being abandoned: its key and its record. */
  private abandoned: { readonly key: string; readonly record: IncomingRecord } | undefined;

  /** Takes the key of the job, if it has one and the key is free. @returns whether it has its turn */
  tryTake(stay: Stay): boolean {
    const key = stay.job?.request.orderingKey;
    if (key === undefined) return true;
    const line = this.lines.get(key);
    if (line !== undefined) return line.holder === stay;
    this.hold(key, { holder: stay, waiting: new Map() });
    return true;
  }

  /** Waits behind the holder of the key, and those in line, until it has its turn. @throws DeliveryLost */
  async awaitTurn(stay: Stay): Promise<void> {
    do {
      const { waiting } = this.lines.get(stay.job!.request.orderingKey!)!;
      await stay.wait((over) => {
        waiting.set(stay, over);
        return () => waiting.delete(stay);
      });
    } while (!this.tryTake(stay));
  }

  /**
   * Gives the turn to a delivery whose record is that of the holder being abandoned, and to no other: no job of its key overtakes it.
   */
  inheritTurn(stay: Stay): void {
    const { abandoned } = this;
    if (abandoned === undefined || !isSameRecord(abandoned.record, stay.delivery.record)) return;
    this.hold(abandoned.key, { holder: stay, waiting: this.lines.get(abandoned.key)!.waiting });
  }

  private hold(key: string, line: Line): void {
    const { holder } = line;
    this.lines.set(key, line);
    holder.leaveKey = (isAbandoned) => {
      if (isAbandoned) this.abandon(key, holder);
      else this.giveKeyToNext(key);
    };
  }

  /** While its partition is held, the record is handed over again at once and keeps the key. Else all in line try again. */
  private abandon(key: string, { delivery }: Stay): void {
    const line = this.lines.get(key)!;
    this.abandoned = { key, record: delivery.record };
    delivery.abandon();
    this.abandoned = undefined;
    if (this.lines.get(key) !== line) return;
    this.lines.delete(key);
    for (const [stay, over] of line.waiting) if (stay.delivery.isCurrent()) over('back');
  }

  private giveKeyToNext(key: string): void {
    const { waiting } = this.lines.get(key)!;
    for (const [next, over] of waiting) {
      waiting.delete(next);
      if (!next.delivery.isCurrent()) continue;
      this.hold(key, { holder: next, waiting });
      return over();
    }
    this.lines.delete(key);
  }
}

/** Whether both are the coordinates of one record. */
export function isSameRecord(one: RecordCoordinates, other: RecordCoordinates): boolean {
  return one.offset === other.offset && one.partition === other.partition && one.topic === other.topic;
}

/** The coordinates of a record. */
export type RecordCoordinates = Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>;
