import type { JobId } from '@jobstream/contracts';
import { dueOccurrences } from '@jobstream/lifecycle';
import type { FiringDecision } from './firing-store.js';
import type { Schedule } from './schedule.js';
import type { ScheduleProgress } from './schedule-store.js';

/** The decisions about a due schedule, and where it stands after them. */
export interface FiringPlan {
  readonly decisions: readonly FiringDecision[];
  readonly progress: ScheduleProgress;
}

/**
 * Decides every occurrence of a due schedule up to `now`: fired, skipped because a job of it is unfinished, or missed.
 * @param unfinished the job that a schedule with overlap `skip` waits for
 */
export function decideFirings(schedule: Schedule, now: number, unfinished: JobId | undefined): FiringPlan {
  const { name, id, timing, misfire, job } = schedule;
  const { fire, missed, next } = dueOccurrences(timing, { from: schedule.nextFireAt!, until: now, misfire });
  const watched = schedule.overlap === 'skip';
  const decisions: FiringDecision[] = [];
  const decide = (fireAt: number, state: FiringDecision['state'], detail?: string) =>
    decisions.push({
      schedule: { name, id },
      fireAt,
      job,
      state,
      watched,
      ...(detail === undefined ? {} : { detail }),
    });
  if (missed !== undefined) decide(missed, 'missed', 'Nobody fired it in time.');
  let waitsFor: string | undefined = unfinished && `Job ${unfinished} is unfinished.`;
  let lastFireAt: number | undefined;
  for (const fireAt of fire) {
    if (watched && waitsFor !== undefined) {
      decide(fireAt, 'skipped', waitsFor);
      continue;
    }
    decide(fireAt, 'pending');
    lastFireAt = fireAt;
    waitsFor = `The job of ${new Date(fireAt).toISOString()} is unfinished.`;
  }
  return { decisions, progress: { name, nextFireAt: next ?? null, lastFireAt } };
}
