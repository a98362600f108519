import { randomUUID } from 'node:crypto';
import {
  isFinal,
  type JobDefinition,
  type JobState,
  type PayloadInputOf,
  type ResultOf,
} from '@jobstream/contracts';
import {
  mayPass,
  type AcceptedJob,
  type BatchAnswer,
  type CancelledJob,
  type DeadLetterPage,
  type ItemError,
  type JobDetail,
  type JobHistory,
  type JobPage,
  type JobReplay,
  type JobView,
  type Submission,
  type TransitionView,
} from '@jobstream/contracts/rest';
import { chunkItems, type BatchChunk } from './batch-chunks.js';
import { JobFailedError, JobUnfinishedError, ProblemError } from './client-errors.js';
import { get, queryOf, type CallOptions, type PageOptions } from './call-options.js';
import { HttpCaller, type ClientOptions } from './http-caller.js';
import { followJob, type JobEvent } from './job-stream.js';
import { JobTypeCalls } from './job-type-calls.js';
import { RebuildCalls } from './rebuild-calls.js';
import { ReplayCalls } from './replay-calls.js';

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
export interface BatchOptions extends JobOptions, CallOptions {
  /**
   * Default: each batch has a random key, and is sent again until an outage keeps no item out, or the time is over. `false`
   * sends none, as in {@link SubmitOptions}; then an item that an outage kept out has its error.
   */
  readonly idempotencyKey?: false;
}

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

/** Which jobs to list: those that meet every condition. */
export interface ListOptions extends CallOptions {
  readonly type?: string;
  readonly queue?: string;
  readonly state?: JobState;
  readonly submittedFor?: string;
  /** Created at this time or later. */
  readonly since?: Date;
  /** Created before this time. */
  readonly until?: Date;
}

/** The answer for one item of a batch, by its index among all items. */
export type SubmittedItem =
  { readonly index: number; readonly id: string } | { readonly index: number; readonly error: ItemError };

const maxHoldMs = 30_000;

/**
 * Calls the REST API, and makes calls again after outages, with the pause that the server asks for. A call throws a
 * {@link ProblemError} when it is refused, and a `NoAnswerError` when the time is over.
 */
export class JobstreamClient {
  /** Shows the jobs that can be submitted. */
  readonly jobTypes: JobTypeCalls;
  /** Runs many jobs again. */
  readonly replays: ReplayCalls;
  /** Makes the status of all jobs again from the log. */
  readonly rebuilds: RebuildCalls;
  private readonly caller: HttpCaller;

  /** @throws BaseUrlError when `url` is not the URL of a platform */
  constructor(options: ClientOptions) {
    this.caller = new HttpCaller(options);
    this.jobTypes = new JobTypeCalls(this.caller);
    this.replays = new ReplayCalls(this.caller);
    this.rebuilds = new RebuildCalls(this.caller);
  }

  /** Submits one job. It is accepted when this resolves: the in-sync replicas have it. */
  submit<D extends JobDefinition>(
    { type }: D,
    payload: PayloadInputOf<D>,
    options: SubmitOptions = {},
  ): Promise<AcceptedJob> {
    const { signal, idempotencyKey = randomUUID(), traceparent, ...job } = options;
    return this.caller.read<AcceptedJob>({
      method: 'POST',
      path: '/v1/jobs',
      body: JSON.stringify({ type, payload, ...job }),
      headers: {
        ...(idempotencyKey !== false && { 'idempotency-key': idempotencyKey }),
        ...(traceparent !== undefined && { traceparent }),
      },
      repeatable: idempotencyKey !== false,
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
   * Submits jobs in batches of at most 10,000 and 32 MiB, one after another, and yields the answer for each item in order.
   * @throws ProblemError when a batch is refused for a reason outside its items
   */
  async *submitBatch<D extends JobDefinition>(
    { type }: D,
    payloads: Iterable<PayloadInputOf<D>> | AsyncIterable<PayloadInputOf<D>>,
    { signal, idempotencyKey, ...job }: BatchOptions = {},
  ): AsyncGenerator<SubmittedItem, void> {
    const items = async function* () {
      for await (const payload of payloads) yield { type, payload, ...job };
    };
    for await (const chunk of chunkItems(items())) {
      yield* await this.submitChunk(chunk, idempotencyKey ?? randomUUID(), signal);
    }
  }

  /** The job as it is now; with `heldMs` as it is once it is final, or when that time is over. */
  read(id: string, { signal, heldMs }: ReadOptions = {}): Promise<JobDetail> {
    const query = heldMs === undefined ? '' : `?wait=${heldMs}ms`;
    return this.caller.read<JobDetail>({ ...get(`${pathOf(id)}${query}`, signal), heldMs });
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
    return this.caller.read<DeadLetterPage>(get(`${path}${queryOf(page)}`, signal));
  }

  /** Every transition of the job, in the order of its life. */
  async readHistory(id: string, { signal }: CallOptions = {}): Promise<readonly TransitionView[]> {
    return (await this.caller.read<JobHistory>(get(`${pathOf(id)}/history`, signal))).items;
  }

  /** Jobs, the newest first; pages are read as they are needed. */
  async *list({ signal, since, until, ...conditions }: ListOptions = {}): AsyncGenerator<JobView, void> {
    const query = new URLSearchParams({
      ...Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined)),
      ...(since && { since: since.toISOString() }),
      ...(until && { until: until.toISOString() }),
    });
    for (let cursor: string | null = ''; cursor !== null;) {
      if (cursor !== '') query.set('cursor', cursor);
      const page: JobPage = await this.caller.read<JobPage>(get(`/v1/jobs?${query.toString()}`, signal));
      yield* page.items;
      cursor = page.next;
    }
  }

  /** Follows a job to its end: each transition once, over dropped connections too. */
  follow(id: string, { signal }: CallOptions = {}): AsyncGenerator<JobEvent, void> {
    return followJob(this.caller, pathOf(id), signal);
  }

  private async submitChunk(
    { body, firstIndex, count }: BatchChunk,
    idempotencyKey: string | false,
    signal: AbortSignal | undefined,
  ): Promise<SubmittedItem[]> {
    const answer = await this.caller
      .read<Pick<BatchAnswer, 'items'>>(
        {
          method: 'POST',
          path: '/v1/jobs/batch',
          body,
          headers: idempotencyKey === false ? {} : { 'idempotency-key': idempotencyKey },
          repeatable: idempotencyKey !== false,
          signal,
        },
        ({ items }) => !items.some((item) => 'error' in item && mayPass(item.error.code)),
      )
      .catch((error: unknown) => ({ items: itemsOf(error, count) }));
    return answer.items.map((item) => ({ ...item, index: firstIndex + item.index }));
  }
}

function pathOf(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}

/**
 * The answer for each item of a batch that was refused because of its items.
 * @throws the error itself when it is about something else
 */
function itemsOf(error: unknown, count: number): BatchAnswer['items'] {
  if (!(error instanceof ProblemError)) throw error;
  const { code, status, problem } = error;
  if (problem.items) return problem.items;
  const isOfItems = code === 'invalid_request' || (status === 413 && count === 1);
  if (!isOfItems) throw error;
  return Array.from({ length: count }, (_, index) => {
    const at = `/items/${index}`;
    const errors = (problem.errors ?? [])
      .filter(({ pointer }) => pointer === at || pointer.startsWith(`${at}/`))
      .map(({ pointer, detail }) => ({ pointer: pointer.slice(at.length), detail }));
    return { index, error: { code, detail: problem.detail, ...(errors.length > 0 && { errors }) } };
  });
}
