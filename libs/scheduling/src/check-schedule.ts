import {
  faultsOf,
  scheduleNameSchema,
  scheduleSchema,
  scheduleTimingSchema,
  type Fault,
  type ScheduledJob,
  type ScheduleDefinition,
} from '@jobstream/contracts/rest';
import { declaredSchedules } from '@jobstream/jobs';
import { IntakeError, type JobIntake } from '@jobstream/intake';
import { faultsOfTiming, type Timing } from '@jobstream/lifecycle';
import { timingOf } from './schedule.js';
import { ScheduleError } from './schedule-error.js';

/** @throws ScheduleError `invalid_schedule_name` */
export function checkScheduleName(name: string): string {
  const parsed = scheduleNameSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new ScheduleError('invalid_schedule_name', parsed.error.issues[0]!.message);
}

/**
 * Checks a schedule from outside: its shape, when it fires, and the job that it makes.
 * @throws ScheduleError `invalid_request` with the place of each fault; for a fault of the job, the code that submitting it would give
 */
export function checkSchedule(schedule: unknown, intake: JobIntake): ScheduleDefinition {
  const checked = checkTiming(schedule);
  checkJob(checked.job, intake);
  return checked;
}

function checkTiming(schedule: unknown): ScheduleDefinition {
  const parsed = scheduleSchema.safeParse(schedule);
  if (!parsed.success) throw invalid(faultsOf(parsed.error));
  refuseFaultsOf(timingOf(parsed.data));
  return parsed.data;
}

/**
 * Checks when a schedule is to fire, and nothing else of it.
 * @throws ScheduleError `invalid_request` with the place of each fault
 */
export function checkTimingAlone(timing: unknown): Timing {
  const parsed = scheduleTimingSchema.safeParse(timing);
  if (!parsed.success) throw invalid(faultsOf(parsed.error));
  const checked = timingOf(parsed.data);
  refuseFaultsOf(checked);
  return checked;
}

function refuseFaultsOf(timing: Timing): void {
  const faults = faultsOfTiming(timing).map(({ part, detail }) => ({ pointer: `/${part}`, detail }));
  if (faults.length > 0) throw invalid(faults);
}

/** The shipped schedules, by name. Their jobs are checked when they fire, because the worker may start later. */
export function declaredSchedulesByName(): Map<string, ScheduleDefinition> {
  return new Map(declaredSchedules.map(({ name, ...schedule }) => [name, checkTiming(schedule)]));
}

function checkJob(job: ScheduledJob, intake: JobIntake): void {
  try {
    intake.check(job);
  } catch (error) {
    if (!(error instanceof IntakeError)) throw error;
    const errors = (error.details.errors ?? []).map(({ pointer, detail }) => ({
      pointer: `/job${pointer}`,
      detail,
    }));
    throw new ScheduleError(error.code, error.message, errors);
  }
}

function invalid(faults: Fault[]): ScheduleError {
  const count = faults.length === 1 ? 'There is a fault' : `There are ${faults.length} faults`;
  return new ScheduleError('invalid_request', `${count} in the schedule.`, faults);
}
