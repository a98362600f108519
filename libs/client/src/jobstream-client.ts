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
  type ItemError,
  type JobDetail,
  type JobHistory,
  type JobPage,
  type JobView,
  type Submission,
  type TransitionView,
} from '@jobstream/contracts/rest';
import { chunkItems, type BatchChunk } from './batch-chunks.js';
import { JobFailedError, JobUnfinishedError, ProblemError } from './client-errors.js';
import { HttpCaller, type ClientOptions } from './http-caller.js';
import { followJob, type JobEvent } from './job-stream.js';

/** How one job is wanted, beside its payload; as `POST /v1/jobs` takes it. */
export type JobOptions = Omit<Submission, 'type' | 'payload'>;

/** What a call may be given. */
export interface CallOptions {
  /** Ends the call, and what it does in between. What was sent stays sent. */
  readonly signal?: AbortSignal;
}

/** What {@link JobstreamClient.submit} may be given. */
export interface SubmitOptions extends JobOptions, CallOptions {
  /**
   * Makes one job of any number of submissions within 24 hours. Default a random one, so that a try whose answer was lost
   * is made again safely. `false` sends none: then the API needs no Postgres to accept the job, and a lost answer is an error.
   */
  readonly idempotencyKey?: string | false;
  /** W3C Trace Context that the job belongs to. */
  readonly traceparent?: string;
}

/** What {@link JobstreamClient.submitBatch} may be given; the same for all jobs. */
export interface BatchOptions extends JobOptions, CallOptions {
  /**
   * `false` sends none, as in {@link SubmitOptions}; then an item that an outage kept out is told as it is. Otherwise each batch
   * has a random one, and is sent again until no item is kept out by an outage, or the time is over.
   */
  readonly idempotencyKey?: false;
}

/** What waiting for a job may be given. */
export interface WaitOptions extends CallOptions {
  /** Milliseconds to wait for its end. Default 10 minutes. */
  readonly waitMs?: number;
}

/** Which jobs to list; those that meet every condition. */
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

/** What became of one item of a batch, by its index among all. */
export type SubmittedItem =
  { readonly index: number; readonly id: string } | { readonly index: number; readonly error: ItemError };

const longestHoldMs = 30_000;

/**
 * Speaks to the REST API. Calls are made again after outages, with the pause that the server asks for; each throws a
 * {@link ProblemError} when it is refused, and a `NoAnswerError` when the time is over.
 */
export class JobstreamClient {
  private readonly caller: HttpCaller;

  /** @throws BaseUrlError when the URL is no place of a platform */
  constructor(options: ClientOptions) {
    this.caller = new HttpCaller(options);
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
      ...(signal && { signal }),
    });
  }

  /**
   * Submits one job, waits for its end and answers its result.
   * @throws JobFailedError when it does not succeed, JobUnfinishedError when the time is over
   */
  async submitAndWait<D extends JobDefinition>(
    definition: D,
    payload: PayloadInputOf<D>,
    { waitMs, ...options }: SubmitOptions & WaitOptions = {},
  ): Promise<ResultOf<D>> {
    const { id } = await this.submit(definition, payload, options);
    const job = await this.wait(id, {
      ...(waitMs !== undefined && { waitMs }),
      ...(options.signal && { signal: options.signal }),
    });
    if (job.state !== 'succeeded') throw new JobFailedError(job);
    return job.result as ResultOf<D>;
  }

  /**
   * Submits jobs in batches of at most 10,000 and 32 MiB, one after another, and tells of each item in order.
   * @throws ProblemError when a batch can not be accepted for reasons that lie in none of its items
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

  /** The job as it is now. */
  read(id: string, { signal }: CallOptions = {}): Promise<JobDetail> {
    return this.caller.read<JobDetail>(get(pathOf(id), signal));
  }

  /**
   * The job once it is final.
   * @throws JobUnfinishedError when the time is over
   */
  async wait(id: string, { signal, waitMs = 600_000 }: WaitOptions = {}): Promise<JobView> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const heldMs = Math.round(Math.min(Math.max(deadline - performance.now(), 0), longestHoldMs));
      const path = `${pathOf(id)}?wait=${heldMs}ms`;
      const job = await this.caller.read<JobDetail>({ ...get(path, signal), heldMs });
      if (isFinal(job.state)) return job;
      if (performance.now() >= deadline) throw new JobUnfinishedError(job);
    }
  }

  /**
   * Has the job not started any more; what runs is told to stop. Its end shows what came of it.
   * @throws ProblemError `job_final` where it has ended
   */
  cancel(id: string, { signal }: CallOptions = {}): Promise<CancelledJob> {
    const path = `${pathOf(id)}/cancel`;
    return this.caller.read<CancelledJob>({
      method: 'POST',
      path,
      repeatable: true,
      ...(signal && { signal }),
    });
  }

  /** Every transition of the job, in the order of its life. */
  async readHistory(id: string, { signal }: CallOptions = {}): Promise<readonly TransitionView[]> {
    return (await this.caller.read<JobHistory>(get(`${pathOf(id)}/history`, signal))).items;
  }

  /** Jobs, the newest first; read page by page as they are asked for. */
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

  /** Follows a job to its end, each transition once, however often the connection drops. */
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
          ...(signal && { signal }),
        },
        ({ items }) => !items.some((item) => 'error' in item && mayPass(item.error.code)),
      )
      .catch((error: unknown) => ({ items: itemsOf(error, count) }));
    return answer.items.map((item) => ({ ...item, index: firstIndex + item.index }));
  }
}

function get(path: string, signal: AbortSignal | undefined) {
  return { method: 'GET', path, repeatable: true, ...(signal && { signal }) } as const;
}

function pathOf(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}

/**
 * What became of each item of a batch of which nothing was accepted, where the faults lie in the items.
 * @throws the error itself where they do not
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
