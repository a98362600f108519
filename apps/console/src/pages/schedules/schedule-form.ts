import type { ScheduleWish } from '@jobstream/client';
import type { Priority } from '@jobstream/contracts';
import type { ScheduleTiming, ScheduleView } from '@jobstream/contracts/rest';
import type { ReadJson } from '../../parts/json-field.js';

/** The fields of the form, as they are typed. */
export interface TypedSchedule {
  readonly name: string;
  readonly kind: 'cron' | 'every';
  readonly cron: string;
  readonly timeZone: string;
  readonly every: string;
  readonly misfire: ScheduleView['misfire'];
  readonly overlap: ScheduleView['overlap'];
  readonly type: string;
  readonly payload: string;
  /** Empty: that of the type. */
  readonly priority: '' | Priority;
  readonly submittedFor: string;
}

const untouched: TypedSchedule = {
  name: '',
  kind: 'cron',
  cron: '0 3 * * *',
  timeZone: 'UTC',
  every: '5m',
  misfire: 'skip',
  overlap: 'allow',
  type: '',
  payload: '{}',
  priority: '',
  submittedFor: '',
};

/** The form as it opens: untouched, or with the schedule that is edited. */
export function typedOf(schedule: ScheduleView | undefined): TypedSchedule {
  if (!schedule) return untouched;
  const { name, cron, timeZone, every, misfire, overlap, job } = schedule;
  return {
    name,
    kind: cron === null ? 'every' : 'cron',
    cron: cron ?? untouched.cron,
    timeZone: timeZone ?? untouched.timeZone,
    every: every ?? untouched.every,
    misfire,
    overlap,
    type: job.type,
    payload: JSON.stringify(job.payload, null, 2),
    priority: job.priority ?? '',
    submittedFor: job.submittedFor ?? '',
  };
}

/** When the typed schedule fires. What is empty is left out, so that the server names it as a fault. */
export function timingOfTyped({ kind, cron, timeZone, every }: TypedSchedule): ScheduleTiming {
  if (kind === 'every') return { every: every.trim() };
  return { cron: cron.trim(), ...(timeZone.trim() !== '' && { timeZone: timeZone.trim() }) };
}

/**
 * The schedule to put; undefined while its payload is no JSON, or it has no name or type.
 * @param payload as it was read from the typed one
 */
export function wishOfTyped(
  typed: TypedSchedule,
  payload: ReadJson,
  paused: boolean,
): ScheduleWish | undefined {
  const { name, misfire, overlap, type, priority, submittedFor } = typed;
  if ('fault' in payload || name.trim() === '' || type.trim() === '') return undefined;
  const job = {
    type: type.trim(),
    payload: payload.value,
    ...(priority !== '' && { priority }),
    ...(submittedFor.trim() !== '' && { submittedFor: submittedFor.trim() }),
  };
  return { ...timingOfTyped(typed), misfire, overlap, paused, job };
}
