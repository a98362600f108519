import { isFinal } from '@jobstream/contracts';
import type { TransitionView } from '@jobstream/contracts/rest';

/** A part of a job's life. */
export interface LifePart {
  /** `waited` for a worker or its time, `ran`, or `backed_off` before the next attempt. */
  readonly kind: 'waited' | 'ran' | 'backed_off';
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** It goes on. */
  readonly isOpen: boolean;
}

/** One attempt of a job, as its records tell of it. */
export interface AttemptBar {
  readonly run: number;
  readonly attempt: number;
  readonly parts: readonly LifePart[];
  /** The handler was called again for the same attempt. */
  readonly isRedelivered: boolean;
  /** The state that it ended in; undefined while it has not. */
  readonly end: TransitionView['state'] | undefined;
}

/**
 * The attempts of a job as bars over time, in their order. Records that are superseded tell nothing here: the table beneath has
 * them.
 * @param transitions in the order of the job's life
 * @param now milliseconds since 1970, by the server's clock
 */
export function barsOf(transitions: readonly TransitionView[], now: number): AttemptBar[] {
  const counted = transitions.filter(({ superseded }) => !superseded);
  const attempts = new Map<string, TransitionView[]>();
  for (const transition of counted) {
    const name = `${transition.run}/${transition.attempt}`;
    attempts.set(name, [...(attempts.get(name) ?? []), transition]);
  }
  const groups = [...attempts.values()];
  return groups.map((group, at) => barOf(group, startOfWait(groups[at - 1], group), now));
}

/** An attempt begins to wait with its own record, or where the one before has failed. */
function startOfWait(
  before: readonly TransitionView[] | undefined,
  group: readonly TransitionView[],
): number {
  const failed = before?.findLast(({ state }) => state === 'retrying');
  const own = group[0]!;
  return Date.parse(failed?.run === own.run ? (failed.nextAttemptAt ?? failed.time) : own.time);
}

function barOf(group: readonly TransitionView[], waitsFrom: number, now: number): AttemptBar {
  const { run, attempt } = group[0]!;
  const starts = group.flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]));
  const end = group.find(({ state }) => state === 'retrying' || isFinal(state));
  const endedAt = end && Date.parse(end.time);
  const startedAt = starts.length > 0 ? Math.min(...starts) : undefined;
  const waitedTo = startedAt ?? endedAt;
  const parts: LifePart[] = [part('waited', waitsFrom, waitedTo, now)];
  if (startedAt !== undefined) parts.push(part('ran', startedAt, endedAt, now));
  if (end?.state === 'retrying' && end.nextAttemptAt !== null)
    parts.push(part('backed_off', endedAt!, Date.parse(end.nextAttemptAt), now));
  return {
    run,
    attempt,
    parts: parts.filter(({ from, to, isOpen }) => isOpen || to > from),
    isRedelivered: new Set(starts).size > 1,
    end: end?.state,
  };
}

/** @param to undefined while it goes on */
function part(kind: LifePart['kind'], from: number, to: number | undefined, now: number): LifePart {
  const end = to === undefined ? Math.max(now, from) : Math.max(to, from);
  return { kind, from, to: end, isOpen: to === undefined || to > now };
}
