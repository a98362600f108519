import type { SchedulePreview } from '@jobstream/contracts/rest';
import {
  clockChangesOf,
  nextOccurrences,
  writeLocalTime,
  type ClockChange,
  type Timing,
} from '@jobstream/lifecycle';
import { shownOccurrences } from './schedule.js';

const day = 86_400_000;
const year = 365 * day;

/**
 * When a schedule would fire after an instant, and what changes of the clock do to it in the year that follows.
 * @param timing without faults
 * @param now milliseconds since 1970
 */
export function previewSchedule(timing: Timing, now: number): SchedulePreview {
  const timeZone = timing.kind === 'cron' ? timing.timeZone : 'UTC';
  return {
    times: nextOccurrences(timing, now, shownOccurrences).map((at) => ({
      at: new Date(at).toISOString(),
      local: writeLocalTime(at, timeZone),
      effect: effectAt(timing, at),
    })),
    clockChanges: clockChangesOf(timing, now, now + year).map((change) => ({
      at: new Date(change.at).toISOString(),
      local: writeLocalTime(change.at, timeZone),
      effect: change.effect,
      detail: describeChange(change),
    })),
  };
}

function effectAt(timing: Timing, at: number): ClockChange['effect'] | null {
  const change = clockChangesOf(timing, at - day, at + day).find(
    ({ from, until }) => at >= from && at < until,
  );
  return change?.effect ?? null;
}

function describeChange({ effect, named }: ClockChange): string {
  const [date, time] = new Date(named).toISOString().slice(0, 19).split('T') as [string, string];
  const shown = time.endsWith(':00') ? time.slice(0, 5) : time;
  switch (effect) {
    case 'moved':
      return `On ${date} the clock skips ${shown}: it fires when the clock has moved.`;
    case 'left_out':
      return `On ${date} the clock skips ${shown}: it does not fire for the times that are skipped.`;
    case 'once':
      return `On ${date} the clock shows ${shown} twice: it fires the first time.`;
    case 'twice':
      return `On ${date} the clock shows ${shown} twice: it fires both times.`;
  }
}
