import { Cron, CronPattern } from 'croner';
import { ZoneClock } from './zone-clock.js';

const mode = '5-or-6-parts';

/**
 * The times that a cron expression names, on a clock that is never moved.
 * @throws what croner says of an expression that it does not take
 */
export class CronTimes {
  private readonly cron: Cron;

  constructor(expression: string) {
    this.cron = new Cron(expression, { mode, utcOffset: 0, paused: true });
  }

  /** The first one after a time; undefined at the end of the calendar. */
  after(time: number): number | undefined {
    return this.cron.nextRun(new Date(time))?.getTime();
  }

  /** The last one until a time, that included. */
  until(time: number): number | undefined {
    // croner answers what lies before an instant, leaving it out.
    return this.cron.previousRuns(1, new Date(time + 1))[0]?.getTime();
  }
}

/**
 * A cron expression on the clocks of a time zone. On the two days a year on which clocks change, a time named by numbers
 * happens once: one that is left out when the clocks have moved, one that comes twice at its first coming. Times with a
 * `*` or a step go by the time that passes: left-out ones don't happen, those that come twice do so twice.
 *
 * What an expression means is croner's; the clocks are ours, since croner loses what is left out before midnight.
 */
export class ZonedCron {
  private readonly times: CronTimes;
  private readonly clock: ZoneClock;
  private readonly isByNumbers: boolean;

  constructor(expression: string, timeZone: string) {
    this.times = new CronTimes(expression);
    this.clock = new ZoneClock(timeZone);
    this.isByNumbers = new CronPattern(expression, 'UTC', { mode, fixedTimeRule: 'no-wildcard' }).isFixedTime;
  }

  /** The first occurrence after an instant (milliseconds since 1970); undefined when there is none any more. */
  next(instant: number): number | undefined {
    if (!this.isByNumbers) return this.nextPassing(instant);
    const time = this.times.after(this.clock.latestShownAt(instant));
    return time === undefined ? undefined : this.clock.firstShowing(time);
  }

  /** The last occurrence until an instant, that included. */
  previous(instant: number): number | undefined {
    if (!this.isByNumbers) return this.previousPassing(instant);
    const time = this.times.until(this.clock.latestShownAt(instant));
    return time === undefined ? undefined : this.clock.firstShowing(time);
  }

  /** Goes from one change of the clocks to the next: between them they pass as in UTC. */
  private nextPassing(instant: number): number | undefined {
    const { clock, times } = this;
    for (let [after, since] = [instant, instant]; ;) {
      const offset = clock.offsetAt(since);
      const time = times.after(after + offset);
      if (time === undefined) return undefined;
      const change = clock.nextChange(since, time - offset);
      if (change === undefined) return time - offset;
      [after, since] = [change - 1, change];
    }
  }

  private previousPassing(instant: number): number | undefined {
    const { clock, times } = this;
    for (let until = instant; ;) {
      const offset = clock.offsetAt(until);
      const time = times.until(until + offset);
      if (time === undefined) return undefined;
      const change = clock.lastChange(time - offset, until);
      if (change === undefined) return time - offset;
      until = change - 1;
    }
  }
}
