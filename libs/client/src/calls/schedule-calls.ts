import type { z } from 'zod';
import type {
  AcceptedJob,
  ScheduleList,
  SchedulePreview,
  scheduleSchema,
  ScheduleTiming,
  ScheduleView,
} from '@jobstream/contracts/rest';
import { get, type CallOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** A schedule as it is put: either `cron` or `every`, and the job that it makes. */
export type ScheduleWish = z.input<typeof scheduleSchema>;

/** The calls about schedules: jobs that are made at set times. Errors are those of every call. */
export class ScheduleCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** All schedules by name, without their last decisions. */
  list({ signal }: CallOptions = {}): Promise<ScheduleList> {
    return this.caller.read<ScheduleList>(get('/v1/schedules', signal));
  }

  /**
   * The schedule as it is, with its next times and its last decisions.
   * @throws ProblemError `schedule_not_found`
   */
  read(name: string, { signal }: CallOptions = {}): Promise<ScheduleView> {
    return this.caller.read<ScheduleView>(get(pathOf(name), signal));
  }

  /**
   * The next five times at which a schedule would fire, and what changes of the clock do to it. Changes nothing.
   * @throws ProblemError `invalid_request`, pointing at each part that is wrong
   */
  preview(timing: ScheduleTiming, { signal }: CallOptions = {}): Promise<SchedulePreview> {
    return this.caller.read<SchedulePreview>({
      method: 'POST',
      path: '/v1/schedules/preview',
      body: JSON.stringify(timing),
      repeatable: true,
      signal,
    });
  }

  /**
   * Creates a schedule, or replaces a whole one.
   * @throws ProblemError `unknown_type`, `invalid_payload`: its job is checked as a submission is
   */
  put(name: string, wish: ScheduleWish, { signal }: CallOptions = {}): Promise<ScheduleView> {
    return this.caller.read<ScheduleView>({
      method: 'PUT',
      path: pathOf(name),
      body: JSON.stringify(wish),
      repeatable: true,
      signal,
    });
  }

  /**
   * Deletes a schedule. Jobs that it has fired still run.
   * @throws ProblemError `schedule_not_found`; `schedule_declared` where the code declares it: pause it instead
   */
  delete(name: string, { signal }: CallOptions = {}): Promise<void> {
    return this.caller.call({ method: 'DELETE', path: pathOf(name), repeatable: true, signal });
  }

  /**
   * Fires a schedule now, paused or not.
   * @throws ProblemError `schedule_not_found`
   */
  fire(name: string, { signal }: CallOptions = {}): Promise<AcceptedJob> {
    return this.caller.read<AcceptedJob>({
      method: 'POST',
      path: `${pathOf(name)}/fire`,
      repeatable: false,
      signal,
    });
  }
}

function pathOf(name: string): string {
  return `/v1/schedules/${encodeURIComponent(name)}`;
}
