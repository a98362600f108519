import type { Timing } from './timing.js';
import { CronTimes, namesTimesByNumbers } from './zoned-cron.js';
import { ZoneClock } from './zone-clock.js';

/**
 * What a change of the clock does to the times of a schedule. `moved`: a time that the clock skips happens when it has
 * moved. `left_out`: times that it skips do not happen. `once`: a time that comes twice happens the first time. `twice`:
 * times that come twice happen both times.
 */
export type ClockChangeEffect = 'moved' | 'left_out' | 'once' | 'twice';

/** A change of the clock that concerns a schedule. Instants are milliseconds since 1970. */
export interface ClockChange {
  /** When the clock moves. */
  readonly at: number;
  readonly effect: ClockChangeEffect;
  /** The first time that is skipped or comes twice, as a clock in UTC would show it. */
  readonly named: number;
  /** The occurrences that it concerns are from here up to `until`, which is excluded. */
  readonly from: number;
  readonly until: number;
}

const maxChanges = 8;

/**
 * The changes of the clock after `from`, up to `until`, that skip or double a time of a schedule, in their order; eight at most.
 * Equal steps know no clock.
 * @param timing without faults
 */
export function clockChangesOf(timing: Timing, from: number, until: number): ClockChange[] {
  if (timing.kind === 'every') return [];
  const clock = new ZoneClock(timing.timeZone);
  const times = new CronTimes(timing.cron);
  const isByNumbers = namesTimesByNumbers(timing.cron);
  const found: ClockChange[] = [];
  let at = clock.nextChange(from, until);
  for (let nth = 0; at !== undefined && nth < maxChanges; nth++) {
    const change = changeAt({ clock, times, isByNumbers, at });
    if (change) found.push(change);
    at = clock.nextChange(at, until);
  }
  return found;
}

interface Question {
  readonly clock: ZoneClock;
  readonly times: CronTimes;
  readonly isByNumbers: boolean;
  readonly at: number;
}

function changeAt({ clock, times, isByNumbers, at }: Question): ClockChange | undefined {
  const [before, after] = [at + clock.offsetAt(at - 1), at + clock.offsetAt(at)];
  const named = times.after(Math.min(before, after) - 1);
  if (named === undefined || named >= Math.max(before, after)) return undefined;
  const isSkip = after > before;
  const lengthMs = Math.abs(after - before);
  if (!isSkip)
    return {
      at,
      effect: isByNumbers ? 'once' : 'twice',
      named,
      from: at - lengthMs,
      until: at + lengthMs,
    };
  // What is left out has no occurrence.
  return isByNumbers
    ? { at, effect: 'moved', named, from: at, until: at + 1 }
    : { at, effect: 'left_out', named, from: at, until: at };
}
