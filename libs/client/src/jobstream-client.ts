import { isFinal, type JobDefinition, type PayloadInputOf, type ResultOf } from '@jobstream/contracts';
import type {
  AcceptedJob,
  CancelledJob,
  CountsView,
  DeadLetterPage,
  HealthReport,
  JobAtView,
  JobDetail,
  JobExplanation,
  JobHistory,
  JobLogLine,
  JobLogPage,
  JobPage,
  JobReplay,
  JobRunPage,
  JobView,
  ListedJob,
  Submission,
  ThroughputView,
  TransitionView,
} from '@jobstream/contracts/rest';
import { AccessCalls } from './calls/access-calls.js';
import { ActionCalls } from './calls/action-calls.js';
import { ErrorCalls } from './calls/error-calls.js';
import { FileCalls } from './calls/file-calls.js';
import { FlowCalls } from './calls/flow-calls.js';
import { JobTypeCalls } from './calls/job-type-calls.js';
import { QueueCalls } from './calls/queue-calls.js';
import { RebuildCalls } from './calls/rebuild-calls.js';
import { ReplayCalls } from './calls/replay-calls.js';
import { ScheduleCalls } from './calls/schedule-calls.js';
import { TopicCalls } from './calls/topic-calls.js';
import { WebhookCalls } from './calls/webhook-calls.js';
import { WorkerCalls } from './calls/worker-calls.js';
import { JobFailedError, JobUnfinishedError } from './client-errors.js';
import { get, keyed, queryOf, type CallOptions, type PageOptions } from './connection/call-options.js';
import { HttpCaller, type ClientOptions } from './connection/http-caller.js';
import { submitInBatches, type ItemsOptions, type SubmittedItem } from './jobs/job-batches.js';
import type {
  CountOptions,
  JobLogOptions,
  ListOptions,
  RunOptions,
  ThroughputOptions,
} from './jobs/job-conditions.js';
import { followJob, type JobEvent } from './jobs/job-stream.js';

/** Everything of a submission but its type and payload; as `POST /v1/jobs` takes it. */
export type JobOptions = Omit<Submission, 'type' | 'payload'>;

/** How {@link JobstreamClient.submit} sends one job. */
export interface SubmitOptions extends JobOptions, CallOptions {
  /**
   * All submissions with one key within 24 hours make one job. Default: a random key, so that a try whose answer was lost is
   * made again safely. `false` sends none: then the API needs no Postgres to accept the job, and a lost answer is an error.
   */
  readonly idempotencyKey?: string | false;
  /** W3C Trace Context that the job belongs to. */
  readonly traceparent?: string;
}

/** How {@link JobstreamClient.submitBatch} sends its jobs; the same for all of them. */
export interface BatchOptions extends JobOptions, ItemsOptions {}

/** How a job is read. */
export interface ReadOptions extends CallOptions {
  /** Milliseconds that the API holds its answer back until the job is final, at most 60,000. Default: it answers at once. */
  readonly heldMs?: number;
}

/** How long to wait for a job. */
export interface WaitOptions extends CallOptions {
  /** Milliseconds to wait for its end. Default 10 minutes. */
  readonly waitMs?: number;
}

const maxHoldMs = 30_000;

/**
 * Calls the REST API, and makes calls again after outages, with the pause that the server asks for. A call throws a
 * {@link ProblemError} when it is refused, and a `NoAnswerError` when the time is over.
 */
export class JobstreamClient {
  /** Shows the jobs that can be submitted. */
  readonly jobTypes: JobTypeCalls;
  /** Looks at queues, pauses and limits them. */
  readonly queues: QueueCalls;
  /** Looks at worker processes. */
  readonly workers: WorkerCalls;
  /** Shows failures that are alike as groups, mutes them and takes notes of them. */
  readonly errors: ErrorCalls;
  /** Looks at the platform's topics and their records. */
  readonly topics: TopicCalls;
  /** Makes jobs at set times. */
  readonly schedules: ScheduleCalls;
  /** Has URLs hear of the ends of jobs. */
  readonly webhooks: WebhookCalls;
  /** Submits and steers flows: jobs that wait for each other. */
  readonly flows: FlowCalls;
  /** Runs many jobs again. */
  readonly replays: ReplayCalls;
  /** All jobs that meet a filter, cancelled or run again. */
  readonly actions: ActionCalls;
  /** Makes the status of all jobs again from the log. */
  readonly rebuilds: RebuildCalls;
  /** Makes API keys, and shows who changed what. */
  readonly access: AccessCalls;
  /** Carries images and reports of the shipped jobs, and shows their mails where those are caught. */
  readonly files: FileCalls;
  private readonly caller: HttpCaller;

  /** @throws BaseUrlError when `url` is not the URL of a platform */
  constructor(options: ClientOptions) {
    this.caller = new HttpCaller(options);
    this.jobTypes = new JobTypeCalls(this.caller);
    this.queues = new QueueCalls(this.caller);
    this.workers = new WorkerCalls(this.caller);
    this.errors = new ErrorCalls(this.caller);
    this.topics = new TopicCalls(this.caller);
    this.schedules = new ScheduleCalls(this.caller);
    this.webhooks = new WebhookCalls(this.caller);
    this.flows = new FlowCalls(this.caller);
    this.replays = new ReplayCalls(this.caller);
    this.actions = new ActionCalls(this.caller);
    this.rebuilds = new RebuildCalls(this.caller);
    this.access = new AccessCalls(this.caller);
    this.files = new FileCalls(this.caller);
  }

  /** Submits one job. It is accepted when this resolves: the in-sync replicas have it. */
  submit<D extends JobDefinition>(
    definition: D,
    payload: PayloadInputOf<D>,
    options?: SubmitOptions,
  ): Promise<AcceptedJob>;
  /** Submits one job of a type whose definition is not at hand: the API alone checks the payload. */
  submit(type: string, payload: unknown, options?: SubmitOptions): Promise<AcceptedJob>;
  submit(
    definition: JobDefinition | string,
    payload: unknown,
    options: SubmitOptions = {},
  ): Promise<AcceptedJob> {
    const type = typeof definition === 'string' ? definition : definition.type;
    const { signal, idempotencyKey = crypto.randomUUID(), traceparent, ...job } = options;
    return this.caller.read<AcceptedJob>({
      method: 'POST',
      path: '/v1/jobs',
      body: JSON.stringify({ type, payload, ...job }),
      ...keyed(idempotencyKey, traceparent),
      signal,
    });
  }

  /**
   * Submits one job, waits for its end and returns its result.
   * @throws JobFailedError when it does not succeed, JobUnfinishedError when the time is over
   */
  async submitAndWait<D extends JobDefinition>(
    definition: D,
    payload: PayloadInputOf<D>,
    { waitMs, ...options }: SubmitOptions & WaitOptions = {},
  ): Promise<ResultOf<D>> {
    const { id } = await this.submit(definition, payload, options);
    const job = await this.wait(id, { waitMs, signal: options.signal });
    if (job.state !== 'succeeded') throw new JobFailedError(job);
    return job.result as ResultOf<D>;
  }

  /**
   * Submits jobs of one type in batches of at most 10,000 and 32 MiB, one after another, and yields the answer for each item in order.
   * @throws ProblemError when a batch is refused for a reason outside its items
   */
  submitBatch<D extends JobDefinition>(
    { type }: D,
    payloads: Iterable<PayloadInputOf<D>> | AsyncIterable<PayloadInputOf<D>>,
    { signal, idempotencyKey, ...job }: BatchOptions = {},
  ): AsyncGenerator<SubmittedItem, void> {
    const items = async function* (): AsyncGenerator<Submission> {
      for await (const payload of payloads) yield { type, payload, ...job };
    };
    return this.submitItems(items(), { signal, idempotencyKey });
  }

  /** Submits jobs of any types, each with options of its own, in batches as {@link submitBatch} does. */
  submitItems(
    items: Iterable<Submission> | AsyncIterable<Submission>,
    options: ItemsOptions = {},
  ): AsyncGenerator<SubmittedItem, void> {
    return submitInBatches(this.caller, items, options);
  }

  /** The job as it is now; with `heldMs` as it is once it is final, or when that time is over. */
  read(id: string, { signal, heldMs }: ReadOptions = {}): Promise<JobDetail> {
    const wait = heldMs === undefined ? undefined : `${heldMs}ms`;
    return this.caller.read<JobDetail>({ ...get(`${pathOf(id)}${queryOf({ wait })}`, signal), heldMs });
  }

  /**
   * The job as it was at a time.
   * @throws ProblemError `job_not_found` when it was not there yet
   */
  readAt(id: string, at: Date, { signal }: CallOptions = {}): Promise<JobAtView> {
    return this.caller.read<JobAtView>(get(`${pathOf(id)}${queryOf({ at })}`, signal));
  }

  /**
   * The job once it is final.
   * @throws JobUnfinishedError when the time is over
   */
  async wait(id: string, { signal, waitMs = 600_000 }: WaitOptions = {}): Promise<JobView> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const heldMs = Math.round(Math.min(Math.max(deadline - performance.now(), 0), maxHoldMs));
      const job = await this.read(id, { signal, heldMs });
      if (isFinal(job.state)) return job;
      if (performance.now() >= deadline) throw new JobUnfinishedError(job);
    }
  }

  /**
   * Cancels a job: it does not start, or its handler is told to stop. How the job ends shows whether that came in time.
   * @throws ProblemError `job_final` when it has ended
   */
  cancel(id: string, { signal }: CallOptions = {}): Promise<CancelledJob> {
    return this.caller.read<CancelledJob>({
      method: 'POST',
      path: `${pathOf(id)}/cancel`,
      repeatable: true,
      signal,
    });
  }

  /**
   * Runs one job again, however it ended.
   * @throws ProblemError `job_unfinished` when it has not ended
   */
  replay(id: string, { signal, patch, why }: JobReplay & CallOptions = {}): Promise<AcceptedJob> {
    return this.caller.read<AcceptedJob>({
      method: 'POST',
      path: `${pathOf(id)}/replay`,
      body: JSON.stringify({ patch, why }),
      repeatable: false,
      signal,
    });
  }

  /** A page of the jobs that the workers of a queue dead-lettered, newest first. */
  listDeadLetters(queue: string, { signal, ...page }: PageOptions = {}): Promise<DeadLetterPage> {
    const path = `/v1/queues/${encodeURIComponent(queue)}/dead-letters`;
    return this.caller.read<DeadLetterPage>(get(`${path}${queryOf({ ...page })}`, signal));
  }

  /** Every transition of the job, in the order of its life. */
  async readHistory(id: string, { signal }: CallOptions = {}): Promise<readonly TransitionView[]> {
    return (await this.caller.read<JobHistory>(get(`${pathOf(id)}/history`, signal))).items;
  }

  /** A page of the runs of a job, the newest first. With payloads it may hold fewer than asked for while `next` is not null. */
  listRuns(id: string, { signal, ...options }: RunOptions = {}): Promise<JobRunPage> {
    return this.caller.read<JobRunPage>(get(`${pathOf(id)}/runs${queryOf({ ...options })}`, signal));
  }

  /** Why the job is where it is: what holds it now, what comes behind that, and when it may start. */
  explain(id: string, { signal }: CallOptions = {}): Promise<JobExplanation> {
    return this.caller.read<JobExplanation>(get(`${pathOf(id)}/explain`, signal));
  }

  /** What the handlers of a job have logged, the first line first; pages are read as they are needed. */
  async *readLogs(id: string, options: JobLogOptions & CallOptions = {}): AsyncGenerator<JobLogLine, void> {
    for (let after: string | null | undefined = options.after; after !== null;) {
      const page: JobLogPage = await this.readLogPage(id, { ...options, ...(after && { after }) });
      yield* page.items;
      after = page.next;
    }
  }

  /** A page of what the handlers of a job have logged. It may hold fewer lines than asked for while `next` is not null. */
  readLogPage(id: string, { signal, ...conditions }: JobLogOptions & CallOptions = {}): Promise<JobLogPage> {
    return this.caller.read<JobLogPage>(get(`${pathOf(id)}/logs${queryOf({ ...conditions })}`, signal));
  }

  /** Jobs, the newest first; pages are read as they are needed. */
  async *list(options: ListOptions = {}): AsyncGenerator<ListedJob, void> {
    for (let cursor: string | undefined | null; cursor !== null;) {
      const page: JobPage = await this.listPage({ ...options, cursor });
      yield* page.items;
      cursor = page.next;
    }
  }

  /** A page of jobs, the newest first. One before the end may hold fewer than asked for, even none. */
  listPage({ signal, ...conditions }: ListOptions & PageOptions = {}): Promise<JobPage> {
    return this.caller.read<JobPage>(get(`/v1/jobs${queryOf({ ...conditions })}`, signal));
  }

  /** How many jobs there are by state and type, now or at a time. */
  count({ signal, maxAgeMs, ...conditions }: CountOptions = {}): Promise<CountsView> {
    const maxAge = maxAgeMs === undefined ? undefined : `${maxAgeMs}ms`;
    return this.caller.read<CountsView>(get(`/v1/counts${queryOf({ ...conditions, maxAge })}`, signal));
  }

  /** What became of jobs over the last 15 minutes, or since a time of the last day, in parts of time. */
  readThroughput({ signal, ...conditions }: ThroughputOptions = {}): Promise<ThroughputView> {
    return this.caller.read<ThroughputView>(get(`/v1/throughput${queryOf({ ...conditions })}`, signal));
  }

  /** Whether the API process can do its work, and which of its parts are down. Both are answers. */
  readHealth({ signal }: CallOptions = {}): Promise<HealthReport> {
    return this.caller.read<HealthReport>({ ...get('/health/ready', signal), alsoAnswers: [503] });
  }

  /** Follows a job to its end: each transition once, over dropped connections too. */
  follow(id: string, { signal }: CallOptions = {}): AsyncGenerator<JobEvent, void> {
    return followJob(this.caller, pathOf(id), signal);
  }
}

function pathOf(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}
