import type {
  EnqueuedFlow,
  FlowOptions,
  FlowPart,
  FlowStep,
  JobContext,
  JobDefinition,
  JobId,
  JobLogger,
  ThreadTask,
} from '@jobstream/contracts';
import { isTraceparent, traceIdOf, traceparentOf } from '@jobstream/contracts/records';
import type { SubmissionOptions } from '@jobstream/contracts/rest';
import type { Clock, Logger } from '@jobstream/runtime';
import type { z } from 'zod';
import type { LazyAbort } from '../attempt/lazy-abort.js';
import type { Children } from '../attempt/children.js';
import { stepsOfAll } from '../attempt/flow-of-steps.js';
import { AttemptLog, type LineKeeper } from '../logs/attempt-log.js';
import type { StartableJob } from '../admission/startable-job.js';
import type { ThreadPool } from './thread-pool.js';

/** The parts of the attempt that a context uses. */
export interface ContextPorts {
  readonly logger: Logger;
  readonly threads: ThreadPool;
  readonly lazyAbort: LazyAbort;
  readonly children: Children;
  /** The broker's time. */
  readonly clock: Clock;
  report(progress: unknown): void;
  /** Called where the handler logs something. */
  keepLines(this: void): LineKeeper;
}

/** What a running attempt shows its handler. */
export class AttemptContext<Definition extends JobDefinition> implements JobContext<Definition> {
  private workerLog: Logger | undefined;
  private ownLog: AttemptLog | undefined;

  constructor(
    readonly definition: Definition,
    private readonly job: StartableJob,
    private readonly ports: ContextPorts,
  ) {}

  get id(): string {
    return this.job.request.id;
  }

  get run(): number {
    return this.job.run;
  }

  get attempt(): number {
    return this.job.attempt;
  }

  get maxAttempts(): number {
    return this.job.request.maxAttempts;
  }

  get submittedFor(): string | undefined {
    return this.job.request.submittedFor;
  }

  get createdAt(): number {
    return this.job.createdAt;
  }

  get traceparent(): string {
    const { traceparent } = this.job;
    return traceparent !== undefined && isTraceparent(traceparent) ? traceparent : traceparentOf(this.id);
  }

  now(): number {
    return this.ports.clock.now();
  }

  get signal(): AbortSignal {
    return this.ports.lazyAbort.signal;
  }

  get logger(): JobLogger {
    const { keepLines, clock } = this.ports;
    return (this.ownLog ??= new AttemptLog({ logger: () => this.workerLogger, keeper: keepLines, clock }));
  }

  /** The log of the worker, with the facts of the attempt: for lines that are not of the handler. */
  get workerLogger(): Logger {
    return (this.workerLog ??= this.ports.logger.child({
      job: this.id,
      type: this.definition.type,
      run: this.run,
      attempt: this.attempt,
      trace: traceIdOf(this.id, this.job.traceparent),
    }));
  }

  progress(value: unknown): void {
    this.ports.report(value);
  }

  enqueue<Payload extends z.ZodType>(
    definition: JobDefinition<Payload>,
    payload: z.input<Payload>,
    options: SubmissionOptions = {},
  ): JobId {
    return this.ports.children.add(definition, payload, options);
  }

  flow(steps: readonly FlowStep[], options: FlowOptions = {}): EnqueuedFlow {
    return this.ports.children.addFlow(steps, options);
  }

  enqueueAndThen(jobs: readonly FlowPart[], then: FlowPart): EnqueuedFlow {
    return this.flow(stepsOfAll(jobs, then), { onFailure: 'continue' });
  }

  runInThread<Output>(task: ThreadTask): Promise<Output> {
    return this.ports.threads.run<Output>(task, this.signal);
  }
}
