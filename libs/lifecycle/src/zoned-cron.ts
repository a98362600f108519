import { Cron, CronPattern } from 'croner';
import { ZoneClock } from './zone-clock.js';

const mode = '5-or-6-parts';

/**
 * The times of a cron expression, on a clock that never moves.
 * @throws the error of croner for an expression that is not valid
 */
export class CronTimes {
  private readonly cron: Cron;

  constructor(expression: string) {
    this.cron = new Cron(expression, { mode, utcOffset: 0, paused: true });
  }

  /** The first time after another; undefined at the end of the calendar. */
  after(time: number): number | undefined {
    return this.cron.nextRun(new Date(time))?.getTime();
  }

  /** The last time until another, which is included. */
  until(time: number): number | undefined {
    // croner excludes the instant itself.
    return this.cron.previousRuns(1, new Date(time + 1))[0]?.getTime();
  }
}

/**
 * A cron expression on the clock of a time zone. On the two days a year on which clocks move, a time named by numbers happens
 * once: a skipped time when the clock has moved, a repeated one the first time. Times with a `*` or a step follow elapsed time:
 * skipped ones do not happen, repeated ones happen twice.
 *
 * croner decides the meaning of an expression. The clock is ours, because croner loses times that are skipped before midnight.
 */
export class ZonedCron {
  private readonly times: CronTimes;
  private readonly clock: ZoneClock;
  private readonly isByNumbers: boolean;

  constructor(expression: string, timeZone: string) {
    this.times = new CronTimes(expression);
    this.clock = new ZoneClock(timeZone);
    this.isByNumbers = namesTimesByNumbers(expression);
  }

  /** The first occurrence after an instant (milliseconds since 1970); undefined at the end of the calendar. */
  next(instant: number): number | undefined {
    if (!this.isByNumbers) return this.nextPassing(instant);
    const time = this.times.after(this.clock.latestShownAt(instant));
    return time === undefined ? undefined : this.clock.firstShowing(time);
  }

  /** The last occurrence until an instant, which is included. */
  previous(instant: number): number | undefined {
    if (!this.isByNumbers) return this.previousPassing(instant);
    const time = this.times.until(this.clock.latestShownAt(instant));
    return time === undefined ? undefined : this.clock.firstShowing(time);
  }

  /** Goes from one change of the clock to the next: between them time passes as in UTC. */
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

/**
 * Whether the times of a day are numbers, with no `*` and no step: those happen once a day, whatever the clocks do.
 * @throws the error of croner for an expression that is not valid
 */
export function namesTimesByNumbers(expression: string): boolean {
  return new CronPattern(expression, 'UTC', { mode, fixedTimeRule: 'no-wildcard' }).isFixedTime;
}
