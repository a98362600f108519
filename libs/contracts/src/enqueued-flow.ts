import type { JobDefinition } from './job-definition.js';
import type { JobId } from './job-id.js';
import type { FailurePolicy } from './rest/flows/flow.js';
import type { SubmissionOptions } from './rest/jobs/submission.js';

/** A job of a flow that a handler makes: the fields of `POST /v1/flows`, with a definition as its type. */
export interface FlowPart extends Omit<SubmissionOptions, 'unique' | 'runAt'> {
  readonly type: JobDefinition;
  /** Checked at once, with what it takes from other jobs: `{ $result: 'render.key' }`, `{ $outcomes: true }`. */
  readonly payload: unknown;
}

/** A job of a flow with its name, and the names of the jobs that it waits for. */
export interface FlowStep extends FlowPart {
  readonly name: string;
  readonly after?: readonly string[];
}

/** What counts for a flow as a whole. */
export interface FlowOptions {
  /** Default `cancel`. */
  readonly onFailure?: FailurePolicy;
}

/** A flow that a handler has enqueued. */
export interface EnqueuedFlow {
  readonly id: JobId;
  /** The ids of its jobs, by their names. */
  readonly jobs: ReadonlyMap<string, JobId>;
}
