import type { JobDefinition, JobId, PayloadInputOf } from '@jobstream/contracts';
import { traceIdOf } from '@jobstream/contracts/records';
import type { SubmissionOptions } from '@jobstream/contracts/rest';
import type { Clock, Logger } from '@jobstream/runtime';
import type { LazyAbort } from '../attempt/lazy-abort.js';
import type { Children } from '../attempt/children.js';
import type { StartableJob } from '../admission/startable-job.js';
import type { ThreadPool, ThreadTask } from './thread-pool.js';

/** Where a context's calls go. */
export interface ContextPorts {
  readonly logger: Logger;
  readonly threads: ThreadPool;
  readonly lazyAbort: LazyAbort;
  readonly children: Children;
  /** The broker's time. */
  readonly clock: Clock;
  report(progress: unknown): void;
}

/** What a handler is told of the attempt it runs, and what it can do besides returning. */
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

  /** One pass through the attempts, from 1; a replay adds one. */
  get run(): number {
    return this.job.run;
  }

  /** From 1 within the run. */
  get attempt(): number {
    return this.job.attempt;
  }

  /** Attempts of the run at most. */
  get maxAttempts(): number {
    return this.job.request.maxAttempts;
  }

  /** Whom the job is for, as its submitter named them. */
  get submittedFor(): string | undefined {
    return this.job.request.submittedFor;
  }

  /** When the job was accepted, in milliseconds since 1970. */
  get createdAt(): number {
    return this.job.createdAt;
  }

  /** The time, in milliseconds since 1970: the broker's, which all that is stored is dated by. The machine's own may be anything. */
  now(): number {
    return this.ports.clock.now();
  }

  /** Aborts when the attempt's time is over (`TimeoutError`), or its claim is lost (`ClaimLostError`). What then does not return within the grace is failed. */
  get signal(): AbortSignal {
    return this.ports.lazyAbort.signal;
  }

  /** Logs with the job's id, run, attempt and trace. */
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
   * Tells whoever watches the job how far it is: any JSON of at most 16 KiB, e.g. `{ done: 3, of: 10 }`. Calls may be as frequent
   * as they like: the newest value goes out at most four times a second.
   * @throws RangeError when it is larger, TypeError when it is no JSON
   */
  progress(value: unknown): void {
    this.ports.report(value);
  }

  /**
   * Has another job follow from this one. Nothing is sent yet: the jobs that an attempt enqueues are produced once the handler
   * has returned, and acknowledged before this job counts as succeeded. Of an attempt that fails there are none.
   *
   * An attempt that runs again (after a crash, or a move of the partition) and enqueues the same in the same order makes the same
   * jobs; a replay makes new ones. A child is for whom its parent is, and in the same trace, unless `options` say otherwise;
   * `delay` and `expiresIn` count from this call.
   * @returns the id of the job to come
   * @throws NonRetryableError `invalid_child` where the payload breaks its schema, or an option makes no sense;
   * `too_many_children` beyond 1,000, or 32 MiB of requests; `too_late` when the attempt has ended
   */
  enqueue<Child extends JobDefinition>(
    definition: Child,
    payload: PayloadInputOf<Child>,
    options: SubmissionOptions = {},
  ): JobId {
    return this.ports.children.add(definition, payload, options);
  }

  /**
   * Runs a script's function outside the event loop: for work that burns CPU or decodes what can't be trusted. The thread is
   * ended when {@link signal} aborts.
   * @throws what the function throws, or an `AbortError`
   */
  runInThread<Output>(task: ThreadTask): Promise<Output> {
    return this.ports.threads.run<Output>(task, this.signal);
  }
}
