import type { IncomingRecord } from '@jobstream/kafka';
import type { Place, Stay } from './stay.js';

interface Line {
  /** Whose turn it is: it runs, waits in place for its next attempt, or is about to start. */
  holder: Stay;
  /** The others, in the order they came, each with what gives it the turn. */
  readonly waiting: Map<Stay, (place?: Place) => void>;
}

/** The lines of jobs that share an ordering key: one at a time holds the key, the others wait in the order they came. */
export class KeyOrder {
  private readonly lines = new Map<string, Line>();
  /** The key and record of the holder that is being abandoned at this moment. */
  private abandoned: { readonly key: string; readonly record: IncomingRecord } | undefined;

  /** Takes the key of the job, if it has one and nobody holds it. @returns whether it is its turn */
  take(stay: Stay): boolean {
    const key = stay.job?.request.orderingKey;
    if (key === undefined) return true;
    const line = this.lines.get(key);
    if (line !== undefined) return line.holder === stay;
    this.hold(key, { holder: stay, waiting: new Map() });
    return true;
  }

  /** Waits behind whoever holds the key until it is its turn. @throws DeliveryLost */
  async turn(stay: Stay): Promise<void> {
    do {
      const { waiting } = this.lines.get(stay.job!.request.orderingKey!)!;
      await stay.wait((over) => {
        waiting.set(stay, over);
        return () => waiting.delete(stay);
      });
    } while (!this.take(stay));
  }

  /**
   * Gives the turn to a delivery where it is the abandoned holder's record, handed over again at once: nobody behind it overtakes.
   * @returns whether it is
   */
  keepTurn(stay: Stay): boolean {
    const { abandoned } = this;
    if (abandoned === undefined || !isSameRecord(abandoned.record, stay.delivery.record)) return false;
    this.hold(abandoned.key, { holder: stay, waiting: this.lines.get(abandoned.key)!.waiting });
    return true;
  }

  private hold(key: string, line: Line): void {
    const { holder } = line;
    this.lines.set(key, line);
    holder.leaveKey = (isAbandoned) => {
      if (isAbandoned) this.abandon(key, holder);
      else this.giveToNext(key);
    };
  }

  /** Where its partition is held, the record is handed over again at once and keeps the key; else those behind it start over. */
  private abandon(key: string, { delivery }: Stay): void {
    const line = this.lines.get(key)!;
    this.abandoned = { key, record: delivery.record };
    delivery.abandon();
    this.abandoned = undefined;
    if (this.lines.get(key) !== line) return;
    this.lines.delete(key);
    for (const [stay, over] of line.waiting) if (stay.delivery.isCurrent()) over('last');
  }

  private giveToNext(key: string): void {
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

/** Whether two positions are one record's. */
export function isSameRecord(one: RecordPosition, other: RecordPosition): boolean {
  return one.offset === other.offset && one.partition === other.partition && one.topic === other.topic;
}

/** Where a record is in the log. */
export type RecordPosition = Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>;
