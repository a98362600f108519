import {
  newJobId,
  parseDuration,
  Topics,
  type DefinedHandler,
  type Duration,
  type JobDefinition,
  type PayloadInputOf,
} from '@jobstream/contracts';
import type { SubmissionOptions } from '@jobstream/contracts/rest';
import { WorkerTopics } from '@jobstream/execution/in-memory';
import { checkSubmission, drawJob, IntakeError, typeOfDefinition, type DrawnJob } from '@jobstream/intake';
import { describeEnqueued, type EnqueuedJob } from './enqueued-job.js';
import { FakeClock } from './fake-clock.js';
import type { FinishedJob } from './finished-job.js';
import { contains } from './payload-match.js';
import { Rehearsal } from './rehearsal.js';

const topics = new Topics('test');

/** What a test worker runs. */
export interface TestWorkerOptions {
  /** As `worker` takes them; here of any queues. */
  readonly handlers: readonly DefinedHandler[];
  /** Where the clock begins. Default 1 January 2026, 00:00 UTC. */
  readonly startAt?: Date;
}

/** How a test submits a job: as a client does, and what only a test may say. */
export interface TestJobOptions extends SubmissionOptions {
  /** Time limit of its attempts in place of the definition's, for tests of handlers that take too long. It passes in real time. */
  readonly timeout?: Duration;
}

/** How far {@link TestWorker.drain} goes. */
export interface DrainOptions {
  /** Jobs that it runs before it gives up, because jobs that enqueue themselves never end. Default 1,000. */
  readonly maxJobs?: number;
}

/** Makes a worker that runs jobs in memory. It needs no broker, no database and no end. */
export function testWorker(options: TestWorkerOptions): TestWorker {
  return new TestWorker(options);
}

/**
 * Runs jobs in memory by the rules of a worker: payload and result are checked, attempts follow each other by the ladder, children are
 * checked and counted, what is too large is refused. Nothing is waited for but the handlers: a {@link FakeClock} moves instead.
 * There are no claims, limits and pauses here.
 */
export class TestWorker {
  /** The broker's time of this worker. */
  readonly clock: FakeClock;
  private readonly handlers: ReadonlyMap<string, DefinedHandler>;
  private waiting: DrawnJob[] = [];

  /** Use {@link testWorker}. */
  constructor({ handlers, startAt }: TestWorkerOptions) {
    this.clock = new FakeClock(startAt);
    this.handlers = byType(handlers);
  }

  /** The jobs that wait to run, the first one first: those that were submitted, and the children of those that have run. */
  get enqueued(): readonly EnqueuedJob[] {
    return this.waiting.map(({ request }) => describeEnqueued(request));
  }

  /**
   * Submits a job and does not run it: {@link drain} does.
   * @throws IntakeError with the faults of the payload or the options, where a client is answered 422
   */
  submit<Definition extends JobDefinition>(
    definition: Definition,
    payload: PayloadInputOf<Definition>,
    options: SubmissionOptions = {},
  ): EnqueuedJob {
    const drawn = this.draw(definition, payload, options);
    this.waiting.push(drawn);
    return describeEnqueued(drawn.request);
  }

  /**
   * Submits a job and runs it, all its attempts, before all that wait. Its children wait then.
   * @throws IntakeError as {@link submit}; TypeError when the worker has no handler for it
   */
  async runJob<Definition extends JobDefinition>(
    definition: Definition,
    payload: PayloadInputOf<Definition>,
    { timeout, ...options }: TestJobOptions = {},
  ): Promise<FinishedJob<Definition>> {
    const handler = this.handlerOf(definition.type);
    const drawn = this.draw(definition, payload, options);
    return await this.rehearse(handler, drawn, timeout);
  }

  /**
   * Runs the jobs that wait, and those that they enqueue, until none is left; a delayed one when all before it have ended: the clock
   * moves to its time. Jobs of types without a handler here stay.
   * @throws Error when more jobs than `maxJobs` have run
   */
  async drain({ maxJobs = 1_000 }: DrainOptions = {}): Promise<FinishedJob[]> {
    const finished: FinishedJob[] = [];
    for (let drawn = this.takeNext(); drawn !== undefined; drawn = this.takeNext()) {
      if (finished.length === maxJobs)
        throw new Error(
          `${maxJobs} jobs have run and ${drawn.request.type} still waits: do they enqueue themselves?`,
        );
      this.clock.reach(dueAt(drawn));
      finished.push(await this.rehearse(this.handlerOf(drawn.request.type), drawn));
    }
    return finished;
  }

  /**
   * Asserts that a job waits whose payload has all of `payload`; it may have more.
   * @returns the first such job
   * @throws Error that lists the jobs of the type which wait instead
   */
  expectEnqueued<Definition extends JobDefinition>(
    definition: Definition,
    payload: PartOf<PayloadInputOf<Definition>> = {} as PartOf<PayloadInputOf<Definition>>,
  ): EnqueuedJob {
    const found = this.find(definition, payload);
    if (found !== undefined) return found;
    throw new Error(
      `No ${definition.type} with ${JSON.stringify(payload)} is enqueued. ${this.list(definition)}`,
    );
  }

  /** Asserts that no job waits whose payload has all of `payload`. @throws Error that shows it */
  expectNotEnqueued<Definition extends JobDefinition>(
    definition: Definition,
    payload: PartOf<PayloadInputOf<Definition>> = {} as PartOf<PayloadInputOf<Definition>>,
  ): void {
    const found = this.find(definition, payload);
    if (found !== undefined)
      throw new Error(`A ${definition.type} is enqueued with ${JSON.stringify(found.payload)}.`);
  }

  private find(definition: JobDefinition, payload: unknown): EnqueuedJob | undefined {
    return this.enqueuedOf(definition).find((job) => contains(job.payload, payload));
  }

  private list(definition: JobDefinition): string {
    const jobs = this.enqueuedOf(definition);
    if (jobs.length === 0) return `No ${definition.type} is enqueued at all.`;
    return `There are: ${jobs.map(({ payload }) => JSON.stringify(payload)).join(', ')}`;
  }

  private enqueuedOf({ type }: JobDefinition): EnqueuedJob[] {
    return this.waiting
      .filter(({ request }) => request.type === type)
      .map(({ request }) => describeEnqueued(request));
  }

  private draw(definition: JobDefinition, payload: unknown, options: SubmissionOptions): DrawnJob {
    const submission = { type: definition.type, payload, ...options };
    const checked = checkSubmission(submission, this.clock, () => typeOfDefinition(definition));
    if (checked instanceof IntakeError) throw withFaults(checked);
    const drawn = drawJob(checked, newJobId(this.clock.now()));
    if (drawn instanceof IntakeError) throw withFaults(drawn);
    return drawn;
  }

  private async rehearse(handler: DefinedHandler, drawn: DrawnJob, timeout?: Duration): Promise<FinishedJob> {
    const limited = timeout === undefined ? handler : withTimeout(handler, timeout);
    const rehearsal = new Rehearsal(limited, this.topicsOf(handler), this.clock);
    const { finished, children } = await rehearsal.run(drawn);
    this.waiting.push(...children);
    return finished;
  }

  private topicsOf({ definition: { queue } }: DefinedHandler): WorkerTopics {
    const definitions = [...this.handlers.values()].map(({ definition }) => definition);
    const own = definitions.filter((definition) => definition.queue.name === queue.name);
    return new WorkerTopics(topics, queue, own);
  }

  private handlerOf(type: string): DefinedHandler {
    const handler = this.handlers.get(type);
    if (handler) return handler;
    throw new TypeError(
      `The test worker has no handler for ${type}: give it one, testWorker({ handlers: […] }).`,
    );
  }

  /** Takes the job that is due first, among those that have a handler here. */
  private takeNext(): DrawnJob | undefined {
    const runnable = this.waiting.filter(({ request }) => this.handlers.has(request.type));
    const [first, ...others] = runnable;
    if (first === undefined) return undefined;
    const next = others.reduce((best, job) => (dueAt(job) < dueAt(best) ? job : best), first);
    this.waiting = this.waiting.filter((job) => job !== next);
    return next;
  }
}

/** A payload or a part of it. */
export type PartOf<Value> = Value extends object
  ? { readonly [Name in keyof Value]?: PartOf<Value[Name]> }
  : Value;

function byType(handlers: readonly DefinedHandler[]): ReadonlyMap<string, DefinedHandler> {
  const found = new Map<string, DefinedHandler>();
  for (const handler of handlers) {
    const { type } = handler.definition;
    if (found.has(type)) throw new TypeError(`${type} has two handlers: keep one.`);
    found.set(type, handler);
  }
  return found;
}

function withTimeout(handler: DefinedHandler, timeout: Duration): DefinedHandler {
  return {
    definition: { ...handler.definition, timeoutMs: parseDuration(timeout) },
    handle: (payload, context) => handler.handle(payload, context),
  };
}

/** In milliseconds since 1970; 0 for a job that is due at once. */
function dueAt({ request }: DrawnJob): number {
  return 'runAt' in request ? Date.parse(request.runAt) : 0;
}

/** The same error, with its faults in the message: test frameworks show no more of it. */
function withFaults(error: IntakeError): IntakeError {
  return new IntakeError(error.code, error.fullText, error.details);
}
