import { formatDelay, parseDuration, type ScheduleIdentity } from '@jobstream/contracts';
import type { ScheduledJob, ScheduleTiming, ScheduleView } from '@jobstream/contracts/rest';
import { nextOccurrences, type MisfirePolicy, type Timing } from '@jobstream/lifecycle';

/** A schedule as its row has it. Times are milliseconds since 1970. */
export interface Schedule extends ScheduleIdentity {
  readonly timing: Timing;
  readonly misfire: MisfirePolicy;
  readonly overlap: 'allow' | 'skip';
  readonly paused: boolean;
  readonly job: ScheduledJob;
  /** `code` while it is as the code declares it, `rest` once it was put over REST. */
  readonly origin: 'code' | 'rest';
  /** The first undecided occurrence; null when none follows. Without meaning while paused. */
  readonly nextFireAt: number | null;
  readonly lastFireAt: number | null;
}

/** A row of `operations.schedules`. */
export interface ScheduleRow extends ScheduleIdentity {
  readonly cron: string | null;
  readonly time_zone: string | null;
  readonly every_ms: number | null;
  readonly misfire: MisfirePolicy;
  readonly overlap: 'allow' | 'skip';
  readonly paused: boolean;
  readonly job: string;
  readonly origin: 'code' | 'rest';
  readonly next_fire_at: Date | null;
  readonly last_fire_at: Date | null;
}

export function scheduleOf(row: ScheduleRow): Schedule {
  const timing: Timing =
    row.cron === null
      ? { kind: 'every', everyMs: row.every_ms! }
      : { kind: 'cron', cron: row.cron, timeZone: row.time_zone! };
  return {
    name: row.name,
    id: row.id,
    timing,
    misfire: row.misfire,
    overlap: row.overlap,
    paused: row.paused,
    job: JSON.parse(row.job) as ScheduledJob,
    origin: row.origin,
    nextFireAt: row.next_fire_at?.getTime() ?? null,
    lastFireAt: row.last_fire_at?.getTime() ?? null,
  };
}

/** The timing of a definition, which must have the right shape; nothing else is checked. */
export function timingOf({ cron, timeZone, every }: ScheduleTiming): Timing {
  return cron === undefined
    ? { kind: 'every', everyMs: parseDuration(every!) }
    : { kind: 'cron', cron, timeZone: timeZone ?? 'UTC' };
}

/** Number of coming occurrences that are shown. */
export const shownOccurrences = 5;

/** A schedule as REST shows it, without its firings. */
export function describeSchedule(schedule: Schedule): Omit<ScheduleView, 'firings'> {
  const { name, id, timing, misfire, overlap, paused, job, origin, nextFireAt, lastFireAt } = schedule;
  const isCron = timing.kind === 'cron';
  const coming =
    paused || nextFireAt === null ? [] : nextOccurrences(timing, nextFireAt - 1, shownOccurrences);
  return {
    name,
    id,
    cron: isCron ? timing.cron : null,
    timeZone: isCron ? timing.timeZone : null,
    every: isCron ? null : formatDelay(timing.everyMs),
    misfire,
    overlap,
    paused,
    job,
    origin,
    nextFireAt: coming[0] === undefined ? null : iso(coming[0]),
    nextFireTimes: coming.map(iso),
    lastFireAt: lastFireAt === null ? null : iso(lastFireAt),
  };
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
