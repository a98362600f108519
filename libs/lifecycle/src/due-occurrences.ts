import type { Timing } from './timing.js';
import { ZonedCron } from './zoned-cron.js';

/** How late occurrences are treated: `skip` gives them up, `fire-once` fires one job for all that are due. */
export type MisfirePolicy = 'skip' | 'fire-once';

/** An occurrence counts as in time until this long after its instant. */
export const misfireGraceMs = 60_000;

/** The occurrences of a schedule that are due. Times are milliseconds since 1970. */
export interface DueOccurrences {
  /** Occurrences to fire, earliest first: at most one for each second of the grace. */
  readonly fire: readonly number[];
  /** The last occurrence that is given up; undefined when none is. */
  readonly missed: number | undefined;
  /** The first occurrence after `until`; undefined at the end of the calendar. */
  readonly next: number | undefined;
}

/**
 * Decides which occurrences from `from` to `until`, both included, are fired. Each one that is in time is. When some are late,
 * `skip` gives these up, and `fire-once` fires only the last of all that are due.
 */
export function dueOccurrences(
  timing: Timing,
  {
    from,
    until,
    misfire,
  }: { readonly from: number; readonly until: number; readonly misfire: MisfirePolicy },
): DueOccurrences {
  const inTimeFrom = Math.max(from, until - misfireGraceMs);
  const inTime = occurrencesBetween(timing, inTimeFrom, until);
  const next = nextOccurrence(timing, until);
  const lastLate = lastOccurrence(timing, from, inTimeFrom - 1);
  if (lastLate === undefined) return { fire: inTime, missed: undefined, next };
  switch (misfire) {
    case 'skip':
      return { fire: inTime, missed: lastLate, next };
    case 'fire-once':
      return { fire: [inTime.at(-1) ?? lastLate], missed: undefined, next };
  }
}

/** The first occurrence after an instant; undefined at the end of the calendar. */
export function nextOccurrence(timing: Timing, after: number): number | undefined {
  const [next] = occurrencesAfter(timing, after);
  return next;
}

/** The first `count` occurrences after an instant; fewer at the end of the calendar. */
export function nextOccurrences(timing: Timing, after: number, count: number): number[] {
  const instants: number[] = [];
  for (const instant of occurrencesAfter(timing, after)) {
    if (instants.push(instant) >= count) break;
  }
  return instants;
}

/** Every occurrence from `from` to `until`, both included. */
function occurrencesBetween(timing: Timing, from: number, until: number): number[] {
  const instants: number[] = [];
  for (const instant of occurrencesAfter(timing, from - 1)) {
    if (instant > until) break;
    instants.push(instant);
  }
  return instants;
}

function* occurrencesAfter(timing: Timing, after: number): Generator<number> {
  if (timing.kind === 'every') {
    const { everyMs } = timing;
    for (let instant = (Math.floor(after / everyMs) + 1) * everyMs; ; instant += everyMs) yield instant;
  }
  const cron = new ZonedCron(timing.cron, timing.timeZone);
  for (let next = cron.next(after); next !== undefined; next = cron.next(next)) yield next;
}

/** The last occurrence from `from` to `until`, both included. */
function lastOccurrence(timing: Timing, from: number, until: number): number | undefined {
  if (until < from) return undefined;
  const last = previousOccurrence(timing, until);
  return last !== undefined && last >= from ? last : undefined;
}

function previousOccurrence(timing: Timing, until: number): number | undefined {
  if (timing.kind === 'every') return Math.floor(until / timing.everyMs) * timing.everyMs;
  return new ZonedCron(timing.cron, timing.timeZone).previous(until);
}
