import type { JobTypeList, JobTypeView } from '@jobstream/contracts/rest';
import { get, type CallOptions } from './call-options.js';
import type { HttpCaller } from './http-caller.js';

/** The calls about job types. Errors are those of every call. */
export class JobTypeCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** All job types that can be submitted, by name. */
  list({ signal }: CallOptions = {}): Promise<JobTypeList> {
    return this.caller.read<JobTypeList>(get('/v1/job-types', signal));
  }

  /**
   * The definition in force, an example of its payload, and who serves it.
   * @throws ProblemError `job_type_not_found`
   */
  read(type: string, { signal }: CallOptions = {}): Promise<JobTypeView> {
    return this.caller.read<JobTypeView>(get(pathOf(type), signal));
  }

  /**
   * Takes a job type back, so that it cannot be submitted any more.
   * @throws ProblemError `job_type_not_found`; `job_type_served` while a worker serves it
   */
  delete(type: string, { signal }: CallOptions = {}): Promise<void> {
    return this.caller.call({ method: 'DELETE', path: pathOf(type), repeatable: true, signal });
  }
}

function pathOf(type: string): string {
  return `/v1/job-types/${encodeURIComponent(type)}`;
}
