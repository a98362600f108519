import type { JobView, Problem, ProblemCode } from '@jobstream/contracts/rest';

/** The API refused a call, or could not serve it however often it was asked. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** What to go by. A newer server may know codes that this version does not. */
  readonly code: ProblemCode;
  readonly status: number;

  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.code = problem.code;
    this.status = problem.status;
  }
}

/** No answer that could be understood came in time: the network, or something between here and the API. `cause` tells more. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly code = 'no_answer';
}

/** The job ended, but did not succeed. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
  /** The code of the last error; the state where there was none: `cancelled`, `expired`. */
  readonly code: string;
  /** Why a dead letter was set aside; null of other ends. */
  readonly reason: JobView['reason'];

  constructor(readonly job: JobView) {
    super(`Job ${job.id} ${job.state}${job.error ? `: ${job.error.message}` : ''}`);
    this.code = job.error?.code ?? job.state;
    this.reason = job.reason;
  }
}

/** The job had not ended when the time to wait for it was over. It goes its way all the same. */
export class JobUnfinishedError extends Error {
  override readonly name = 'JobUnfinishedError';
  readonly code = 'job_unfinished';

  constructor(readonly job: JobView) {
    super(`Job ${job.id} is still ${job.state}: wait for it again, or follow it.`);
  }
}
