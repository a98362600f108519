import { deriveJobId, newJobId, type JobId, type Priority, type Topics } from '@jobstream/contracts';
import type { EncodedRecord } from '@jobstream/contracts/records';
import type { AcceptedJob, BatchAnswer } from '@jobstream/contracts/rest';
import type { JobTypeBook } from '@jobstream/job-types';
import {
  ClockUnknownError,
  type OutgoingRecord,
  type RecordProducer,
  type SendOutcome,
} from '@jobstream/kafka';
import type { Clock } from '@jobstream/runtime';
import type { AcceptedJobs } from './accepted-jobs.js';
import { answerBatch, checkBatch, type AcceptedItem, type BatchChecks, type CheckedBatch } from './batch.js';
import { IntakeError, intakeErrorOf } from './intake-error.js';
import {
  checkSubmission,
  describeAccepted,
  drawJob,
  type CheckedJob,
  type DrawnJob,
  type RequestMarks,
} from './job-request.js';
import { findSubmittable, type SubmittableType } from './submittable-type.js';
import type { UniqueAnswer, UniqueJobs } from './unique/unique-jobs.js';
import type { UniqueRequest } from './unique/unique-request.js';

export interface JobIntakeOptions {
  readonly producer: RecordProducer;
  readonly topics: Topics;
  /** The job types that can be submitted. */
  readonly jobTypes: JobTypeBook;
  /** Remembers every acknowledged job, in a process that answers reads. */
  readonly accepted?: AcceptedJobs;
  /** Accepts jobs with unique keys. Undefined in a process that accepts none. */
  readonly uniqueJobs?: UniqueJobs;
}

/** The record of a request that was accepted before. */
export interface ForwardedRequest extends EncodedRecord {
  readonly queue: string;
  readonly priority: Priority;
}

/**
 * The only writer of job requests. A job is accepted once the in-sync replicas have its record; Kafka is all it needs.
 */
export class JobIntake {
  /** The broker's time: jobs are dated by it. `now` throws an IntakeError `broker_unavailable` before the first answer. */
  readonly clock: Clock = { now: () => this.now() };

  /** What it checks by. */
  readonly jobTypes: JobTypeBook;

  constructor(private readonly options: JobIntakeOptions) {
    this.jobTypes = options.jobTypes;
  }

  /**
   * Checks a submission and accepts it under a new id.
   * @throws IntakeError as {@link check} and {@link accept} do
   */
  async submit(submission: unknown, traceparent?: string): Promise<AcceptedJob> {
    await this.learnTime();
    return this.accept(this.check(submission), await this.drawId(), { traceparent });
  }

  /** Checks a submission. @throws IntakeError `invalid_request`, `unknown_type` or `invalid_payload`, with the path of each fault */
  check(submission: unknown): CheckedJob {
    const checked = checkSubmission(submission, this.clock, this.findType);
    if (checked instanceof IntakeError) throw checked;
    return checked;
  }

  /** Checks a batch. @throws as `checkBatch` does */
  checkBatch(batch: unknown, checks?: BatchChecks): CheckedBatch {
    return checkBatch(batch, this.clock, this.findType, checks);
  }

  /** Makes {@link clock} known: asks the broker only if no answer has told it yet. @throws IntakeError `broker_unavailable` */
  async learnTime(): Promise<void> {
    const { producer, topics } = this.options;
    if (producer.brokerClock.isKnown) return;
    await producer.askTime(topics.clock).catch((cause: unknown) => {
      throw timeUnknown(cause);
    });
  }

  /**
   * A new id, dated by the broker's time.
   * @throws IntakeError `broker_unavailable`
   */
  async drawId(): Promise<JobId> {
    await this.learnTime();
    return newJobId(this.now());
  }

  /**
   * Produces a checked job under the given id. Two such calls make one job and get equal answers. A caller that may produce it twice
   * marks it as `claimed`, so that it also runs once.
   * @throws IntakeError `broker_unavailable` (not in the log), `submit_unknown` (it may be), `broker_refused`,
   * `item_too_large`; of a job with a unique key also `job_not_unique` and `database_unavailable`
   */
  async accept(job: CheckedJob, id: JobId, marks?: RequestMarks): Promise<AcceptedJob> {
    const request = this.uniqueRequestOf(job, id, marks);
    if (request) return this.acceptUnique(request);
    const drawn = drawJob(job, id, marks);
    if (drawn instanceof IntakeError) throw drawn;
    await this.options.producer.send(this.recordOf(drawn)).catch((error: unknown) => {
      throw intakeErrorOf(error, id);
    });
    this.remember(drawn);
    return describeAccepted(drawn);
  }

  /**
   * Checks a batch and accepts the valid items under new ids.
   * @throws IntakeError as {@link checkBatch} and {@link acceptBatch} do
   */
  async submitBatch(batch: unknown, traceparent?: string): Promise<BatchAnswer> {
    await this.learnTime();
    return this.acceptBatch(this.checkBatch(batch), await this.drawId(), { traceparent });
  }

  /**
   * Produces the valid items, under ids that follow from the seed and their index. Two such calls make each job once; see
   * {@link accept} for `claimed`.
   * @param before the earlier answer to this batch under this seed: the items accepted then are left out
   * @throws IntakeError when no item was acknowledged; `details.items` has the result of each
   */
  async acceptBatch(
    batch: CheckedBatch,
    seed: JobId,
    marks?: RequestMarks,
    before?: BatchAnswer,
  ): Promise<BatchAnswer> {
    const results = batch.map((item, index): BatchResult => {
      const answered = before?.items[index];
      if (answered && 'id' in answered) return answered;
      if (item instanceof IntakeError) return item;
      const id = deriveJobId(seed, String(index));
      return this.uniqueRequestOf(item, id, marks) ?? drawJob(item, id, marks);
    });
    const [outcomes, uniqueAnswers] = await Promise.all([
      this.produce(results.filter(isDrawn)),
      this.acceptAllUnique(results.filter(isUnique)),
    ]);
    let [nextOutcome, nextAnswer] = [0, 0];
    const settled = results.map((result): AcceptedItem | IntakeError => {
      if (isUnique(result)) return uniqueAnswers[nextAnswer++]!;
      if (!isDrawn(result)) return result;
      const outcome = outcomes[nextOutcome++]!;
      if ('error' in outcome) return intakeErrorOf(outcome.error, result.request.id);
      this.remember(result);
      return { id: result.request.id };
    });
    return answerBatch(settled);
  }

  private uniqueRequestOf(job: CheckedJob, id: JobId, marks: RequestMarks = {}): UniqueRequest | undefined {
    const { unique } = job;
    return unique && this.options.uniqueJobs && { job: { ...job, unique }, id, marks };
  }

  private async acceptUnique(request: UniqueRequest): Promise<AcceptedJob> {
    const [answer] = await this.acceptAllUnique([request]);
    if (answer instanceof IntakeError) throw answer;
    return answer!;
  }

  private async acceptAllUnique(requests: readonly UniqueRequest[]): Promise<UniqueAnswer[]> {
    if (requests.length === 0) return [];
    return this.options.uniqueJobs!.accept(requests, async (jobs) => {
      const outcomes = await this.produce(jobs);
      jobs.forEach((job, index) => 'receipt' in outcomes[index]! && this.remember(job));
      return outcomes;
    });
  }

  /** Appends the requests of jobs that a handler has enqueued. The results are in their order. */
  produce(jobs: readonly DrawnJob[]): Promise<SendOutcome[]> {
    return this.options.producer.sendAll(jobs.map((job) => this.recordOf(job)));
  }

  /** Appends the requests of delayed jobs that are due. The results are in their order. */
  forward(requests: readonly ForwardedRequest[]): Promise<SendOutcome[]> {
    return this.options.producer.sendAll(
      requests.map(({ queue, priority, key, value, headers }) => {
        return { topic: this.topicOf(queue, priority), key, value, headers };
      }),
    );
  }

  private readonly findType = (type: string): SubmittableType | IntakeError =>
    findSubmittable(this.jobTypes, type);

  private now(): number {
    try {
      return this.options.producer.brokerClock.now();
    } catch (error) {
      throw error instanceof ClockUnknownError ? timeUnknown(error) : error;
    }
  }

  private recordOf({ request, record }: DrawnJob): OutgoingRecord {
    const isDelayed = 'runAt' in request;
    const topic = isDelayed
      ? this.options.topics.delayed
      : this.options.topics.requests(request.queue, request.priority);
    return { topic, ...record };
  }

  private topicOf(queue: string, priority: Priority): string {
    return this.options.topics.requests(
      queue,
      this.jobTypes.queues.get(queue)?.priorities ? priority : 'normal',
    );
  }

  private remember({ request, record, createdAt }: DrawnJob): void {
    this.options.accepted?.remember(request.id, record, createdAt);
  }
}

function timeUnknown(cause: unknown): IntakeError {
  const detail =
    'The job was not accepted: the broker has not told its time yet, by which jobs are dated. Send it again.';
  return new IntakeError('broker_unavailable', detail, { cause });
}

type BatchResult = DrawnJob | UniqueRequest | AcceptedItem | IntakeError;

function isDrawn(result: BatchResult): result is DrawnJob {
  return 'record' in result;
}

function isUnique(result: BatchResult): result is UniqueRequest {
  return 'job' in result;
}
