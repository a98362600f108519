import type { JobDefinition, JobId, PayloadInputOf } from '@jobstream/contracts';
import { traceIdOf } from '@jobstream/contracts/records';
import type { SubmissionOptions } from '@jobstream/contracts/rest';
import type { Clock, Logger } from '@jobstream/runtime';
import type { LazyAbort } from '../attempt/lazy-abort.js';
import type { Children } from '../attempt/children.js';
import type { StartableJob } from '../admission/startable-job.js';
import type { ThreadPool, ThreadTask } from './thread-pool.js';

/** The parts of the attempt that a context uses. */
export interface ContextPorts {
  readonly logger: Logger;
  readonly threads: ThreadPool;
  readonly lazyAbort: LazyAbort;
  readonly children: Children;
  /** The broker's time. */
  readonly clock: Clock;
  report(progress: unknown): void;
}

/** The attempt that a handler runs: its facts, and the calls that the handler may make. */
export class JobContext<Definition extends JobDefinition = JobDefinition> {
  private ownLogger: Logger | undefined;

  constructor(
    readonly definition: Definition,
    private readonly job: StartableJob,
    private readonly ports: ContextPorts,
  ) {}

  get id(): string {
    return this.job.request.id;
  }

  /** The number of the run, from 1; a replay adds one. */
  get run(): number {
    return this.job.run;
  }

  /** The number of the attempt within the run, from 1. */
  get attempt(): number {
    return this.job.attempt;
  }

  /** Maximum of attempts of the run. */
  get maxAttempts(): number {
    return this.job.request.maxAttempts;
  }

  /** The user that the job is for, as its submitter named them. */
  get submittedFor(): string | undefined {
    return this.job.request.submittedFor;
  }

  /** When the job was accepted, in milliseconds since 1970. */
  get createdAt(): number {
    return this.job.createdAt;
  }

  /** The broker's time, in milliseconds since 1970: all stored times go by it. The clock of the machine may be wrong. */
  now(): number {
    return this.ports.clock.now();
  }

  /** Aborts when the attempt's time is over (`TimeoutError`), its job is cancelled (`AbortError`) or its claim is lost (`ClaimLostError`). An attempt that does not return within the grace has failed. */
  get signal(): AbortSignal {
    return this.ports.lazyAbort.signal;
  }

  /** A logger whose lines have the job's id, type, run, attempt and trace. */
  get logger(): Logger {
    return (this.ownLogger ??= this.ports.logger.child({
      job: this.id,
      type: this.definition.type,
      run: this.run,
      attempt: this.attempt,
      trace: traceIdOf(this.id, this.job.traceparent),
    }));
  }

  /**
   * Reports how far the job is, for all who watch it: any JSON of at most 16 KiB, e.g. `{ done: 3, of: 10 }`. It may be called as
   * often as you like: the newest value is sent at most four times a second.
   * @throws RangeError when it is larger, TypeError when it is no JSON
   */
  progress(value: unknown): void {
    this.ports.report(value);
  }

  /**
   * Enqueues another job, a child of this one. It is not sent yet: the children of an attempt are produced after the handler has
   * returned, and acknowledged before this job counts as succeeded. An attempt that fails produces none.
   *
   * An attempt that runs again (after a crash, or a move of the partition) and enqueues the same in the same order makes the same
   * jobs; a replay makes new ones. A child has its parent's user and trace unless `options` say otherwise. `delay` and `expiresIn`
   * count from this call.
   * @returns the id of the child
   * @throws NonRetryableError `invalid_child` when the payload breaks its schema, or an option is not valid;
   * `too_many_children` beyond 1,000 children, or 32 MiB of requests; `too_late` when the attempt has ended
   */
  enqueue<Child extends JobDefinition>(
    definition: Child,
    payload: PayloadInputOf<Child>,
    options: SubmissionOptions = {},
  ): JobId {
    return this.ports.children.add(definition, payload, options);
  }

  /**
   * Runs a function of a script outside the event loop: for work that needs much CPU, or decodes data that cannot be trusted. The
   * thread is ended when {@link signal} aborts.
   * @throws the error of the function, or an `AbortError`
   */
  runInThread<Output>(task: ThreadTask): Promise<Output> {
    return this.ports.threads.run<Output>(task, this.signal);
  }
}
