import type { Timing } from './timing.js';
import { ZonedCron } from './zoned-cron.js';

/** What becomes of occurrences that nobody fired in time: nothing, or one job for all that are due. */
export type MisfirePolicy = 'skip' | 'fire-once';

/** How long after its instant an occurrence still counts as in time, in milliseconds. */
export const misfireGraceMs = 60_000;

/** What a schedule owes at an instant. Times are milliseconds since 1970. */
export interface DueOccurrences {
  /** Occurrences to fire, earliest first: at most one a second of the grace. */
  readonly fire: readonly number[];
  /** The last of the occurrences that are given up; undefined where none is. */
  readonly missed: number | undefined;
  /** The first occurrence after `until`; undefined when there is none any more. */
  readonly next: number | undefined;
}

/**
 * Decides which occurrences from `from` to `until`, both included, are to be fired. Those in time each are. Where some
 * are late, `skip` gives up these, and `fire-once` fires only the last of all that are due.
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

/** The first occurrence after an instant; undefined when there is none any more. */
export function nextOccurrence(timing: Timing, after: number): number | undefined {
  const [next] = occurrencesAfter(timing, after);
  return next;
}

/** The first `count` occurrences after an instant; fewer when there are no more. */
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
