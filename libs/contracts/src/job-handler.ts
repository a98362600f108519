import type { Transferable } from 'node:worker_threads';
import type { z } from 'zod';
import type { EnqueuedFlow, FlowOptions, FlowPart, FlowStep } from './enqueued-flow.js';
import type { JobDefinition, PayloadOf, ResultOf } from './job-definition.js';
import type { JobId } from './job-id.js';
import type { SubmissionOptions } from './rest/jobs/submission.js';

/** The handler of a job type. */
export interface HandlerOf<Definition extends JobDefinition> {
  /**
   * Runs one attempt. It may be called again for the same attempt (after a crash, or a move of the partition), so its effect
   * should be repeatable.
   * @returns the result; it is checked against the definition's schema
   * @throws any error. It is retried by the definition's ladder, except `NonRetryableError` (or any error with
   * `retryable: false`) and `RetryAfterError`
   */
  handle(
    payload: PayloadOf<Definition>,
    context: JobContext<Definition>,
  ): Promise<ResultOf<Definition>> | ResultOf<Definition>;
}

/** A handler that knows its job type: what {@link JobDefinition.handle} makes of a function. */
export interface DefinedHandler<
  Definition extends JobDefinition = JobDefinition,
> extends HandlerOf<Definition> {
  readonly definition: Definition;
}

/** The attempt that a handler runs: its facts, and the calls that the handler may make. */
export interface JobContext<Definition extends JobDefinition = JobDefinition> {
  readonly definition: Definition;
  readonly id: string;
  /** The number of the run, from 1; a replay adds one. */
  readonly run: number;
  /** The number of the attempt within the run, from 1. */
  readonly attempt: number;
  /** Maximum of attempts of the run. */
  readonly maxAttempts: number;
  /** The user that the job is for, as its submitter named them. */
  readonly submittedFor: string | undefined;
  /** When the job was accepted, in milliseconds since 1970. */
  readonly createdAt: number;
  /** The trace that the job belongs to, as a `traceparent` of W3C Trace Context. */
  readonly traceparent: string;
  /** Aborts when the attempt's time is over (`TimeoutError`), its job is cancelled (`AbortError`) or its claim is lost (`ClaimLostError`). An attempt that does not return within the grace has failed. */
  readonly signal: AbortSignal;
  /**
   * Writes lines to the log of the worker, with the job's id, type, run, attempt and trace, and keeps them with the attempt, for
   * `GET /v1/jobs/{id}/logs`. The first 1,000 lines of an attempt count, or 64 KiB of them: further ones are left out of both, and
   * one line says how many. Long lines are cut.
   */
  readonly logger: JobLogger;

  /** The broker's time, in milliseconds since 1970: all stored times go by it. The clock of the machine may be wrong. */
  now(): number;

  /**
   * Reports how far the job is, for all who watch it: any JSON of at most 16 KiB, e.g. `{ done: 3, of: 10 }`. It may be called as
   * often as you like: the newest value is sent at most four times a second.
   * @throws RangeError when it is larger, TypeError when it is no JSON
   */
  progress(value: unknown): void;

  /**
   * Enqueues another job, a child of this one. It is not sent yet: the children of an attempt are produced after the handler has
   * returned, and acknowledged before this job counts as succeeded. An attempt that fails produces none.
   *
   * An attempt that runs again (after a crash, or a move of the partition) and enqueues the same in the same order makes the same
   * jobs; a replay makes new ones. A child has its parent's user and trace unless `options` say otherwise. `delay` and `expiresIn`
   * count from this call.
   *
   * Of a job with a unique key, of its own or of its definition, a job of the platform, `job.make`, is the child. It makes the job once
   * this one has succeeded, or finds the one that holds the key, and its result names it: `{ job, existing }`. Where the key is held and
   * `onConflict` is `reject`, or the job can not be replaced, it is a dead letter `job_not_unique`.
   * @returns the id of the child
   * @throws NonRetryableError `invalid_child` when the payload breaks its schema, or an option is not valid;
   * `too_many_children` beyond 1,000 children, or 32 MiB of requests; `too_late` when the attempt has ended
   */
  enqueue<Payload extends z.ZodType>(
    definition: JobDefinition<Payload>,
    payload: z.input<Payload>,
    options?: SubmissionOptions,
  ): JobId;

  /**
   * Enqueues jobs that wait for each other, as `POST /v1/flows` does. The flow is sent, repeated and bounded as a child is: see
   * {@link enqueue}. A job of the platform, `flow.make`, then makes it; that job is the child, and has the id of the flow. The jobs
   * of the flow have this job as their parent, and its user unless they say otherwise.
   * @throws NonRetryableError `invalid_flow` with the place of each fault; `invalid_child` when the flow takes more than a job may,
   * 256 KiB; `too_many_children`, `too_late` as {@link enqueue}
   */
  flow(steps: readonly FlowStep[], options?: FlowOptions): EnqueuedFlow;

  /**
   * Enqueues jobs side by side, and one that starts once all of them are final, also where some failed. In the payload of `then`,
   * `{ $outcomes: true }` is the list of how they ended, `{ $outcomes: 'failed' }` of those that did not succeed. It is a
   * {@link flow}: the jobs are called `job-0`, `job-1`, …, and the last one `then`.
   * @throws NonRetryableError as {@link flow} does
   */
  enqueueAndThen(jobs: readonly FlowPart[], then: FlowPart): EnqueuedFlow;

  /**
   * Runs a function of a script outside the event loop: for work that needs much CPU, or decodes data that cannot be trusted. The
   * thread is ended when {@link signal} aborts.
   * @throws the error of the function, or an `AbortError`
   */
  runInThread<Output>(task: ThreadTask): Promise<Output>;
}

/** Writes lines of JSON to the log of the worker. */
export type JobLogger = Readonly<Record<'debug' | 'info' | 'warn' | 'error', LogMethod>>;

/** Writes a line of text, with fields if there are any. Never log payloads or secrets. */
export interface LogMethod {
  (fields: object, message?: string): void;
  (message: string): void;
}

/** One call of a function in another thread. */
export interface ThreadTask {
  /** The module whose default export is called with `input`; e.g. `new URL('./resize.thread.js', import.meta.url)`. */
  readonly script: URL;
  /** Copied to the thread (structured clone). */
  readonly input: unknown;
  /** Parts of `input` that are moved to the thread instead of copied. */
  readonly transfer?: readonly Transferable[];
}
