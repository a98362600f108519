import type { FlowView, JobView, Problem, ProblemCode } from '@jobstream/contracts/rest';

/** The API refused a call, or could not serve it after any number of tries. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** Decide by it. A newer server may have codes that this version does not know. */
  readonly code: ProblemCode;
  readonly status: number;

  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.code = problem.code;
    this.status = problem.status;
  }
}

/** The API did not answer in time: the network failed, or another server answered in its place. `cause` tells more. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly code = 'no_answer';
  /** The status that another server answered with, such as a proxy; undefined when nothing answered. */
  readonly status: number | undefined;

  constructor(message: string, { status, ...options }: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.status = status;
  }
}

/** The job ended, but did not succeed. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
  /** The code of the last error; without one the state: `cancelled`, `expired`. */
  readonly code: string;
  /** Why the job was dead-lettered; null where it ended otherwise. */
  readonly reason: JobView['reason'];

  constructor(readonly job: JobView) {
    super(`Job ${job.id} ${job.state}${job.error ? `: ${job.error.message}` : ''}`);
    this.code = job.error?.code ?? job.state;
    this.reason = job.reason;
  }
}

/** The job had not ended when the time to wait for it was over. Nothing was changed by that. */
export class JobUnfinishedError extends Error {
  override readonly name = 'JobUnfinishedError';
  readonly code = 'job_unfinished';

  constructor(readonly job: JobView) {
    super(`Job ${job.id} is still ${job.state}: wait for it again, or follow it.`);
  }
}

/** The flow had not ended when the time to wait for it was over. Nothing was changed by that. */
export class FlowUnfinishedError extends Error {
  override readonly name = 'FlowUnfinishedError';
  readonly code = 'flow_unfinished';

  constructor(readonly flow: FlowView) {
    super(`Flow ${flow.id} is still ${flow.state}: wait for it again.`);
  }
}
