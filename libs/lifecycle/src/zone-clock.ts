const day = 86_400_000;
/** No two changes of the clock are closer, in any real zone since 1970. */
const stride = 7 * day;

/**
 * The wall clock of a time zone. The time it shows is a number: the milliseconds since 1970 at which a clock in UTC shows the
 * same.
 */
export class ZoneClock {
  private readonly format: Intl.DateTimeFormat;

  /** @throws RangeError for an unknown zone */
  constructor(timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  }

  /** How far it is ahead of UTC at an instant. */
  offsetAt(instant: number): number {
    const second = Math.floor(instant / 1_000) * 1_000;
    // `formatToParts` takes four times as long.
    const numbers = this.format.format(second).match(/\d+/g)!.map(Number);
    const [month, date, year, hours, minutes, seconds] = numbers as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return Date.UTC(year, month - 1, date, hours, minutes, seconds) - second;
  }

  /** The latest time that it has shown until an instant. While an hour repeats, that is later than the time it shows. */
  latestShownAt(instant: number): number {
    const shown = instant + this.offsetAt(instant);
    const change = this.lastChange(instant - 25 * 3_600_000, instant);
    return change === undefined ? shown : Math.max(shown, change - 1 + this.offsetAt(change - 1));
  }

  /** The first instant at which it shows a time or a later one. For a skipped time: when the clock has moved. */
  firstShowing(shown: number): number {
    const [before, after] = [this.offsetAt(shown - day), this.offsetAt(shown + day)];
    if (before === after) return shown - before;
    for (const offset of before > after ? [before, after] : [after, before])
      if (this.offsetAt(shown - offset) === offset) return shown - offset;
    return this.nextChange(shown - day, shown + day) ?? shown - after;
  }

  /** The first instant after `from`, up to `until`, at which the clock moves. */
  nextChange(from: number, until: number): number | undefined {
    const offset = this.offsetAt(from);
    for (let start = from; start < until; start += stride) {
      const end = Math.min(start + stride, until);
      if (this.offsetAt(end) !== offset) return this.narrow(start, end);
    }
    return undefined;
  }

  /** The last instant after `from`, up to `until`, at which the clock moves. */
  lastChange(from: number, until: number): number | undefined {
    const offset = this.offsetAt(until);
    for (let end = until; end > from; end -= stride) {
      const start = Math.max(end - stride, from);
      if (this.offsetAt(start) !== offset) return this.narrow(start, end);
    }
    return undefined;
  }

  /** The change after `start` and up to `end`, when there is exactly one. */
  private narrow(start: number, end: number): number {
    const offset = this.offsetAt(start);
    let [unmoved, moved] = [start, end];
    while (moved - unmoved > 1) {
      const middle = Math.floor((unmoved + moved) / 2);
      if (this.offsetAt(middle) === offset) unmoved = middle;
      else moved = middle;
    }
    return moved;
  }
}
