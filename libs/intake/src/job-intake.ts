import { deriveJobId, newJobId, type JobId, type Priority, type Topics } from '@jobstream/contracts';
import type { EncodedRecord } from '@jobstream/contracts/records';
import type { AcceptedJob, BatchAnswer } from '@jobstream/contracts/rest';
import { queues } from '@jobstream/jobs';
import {
  ClockUnknownError,
  type OutgoingRecord,
  type RecordProducer,
  type SendOutcome,
} from '@jobstream/kafka';
import type { Clock } from '@jobstream/runtime';
import type { AcceptedJobs } from './accepted-jobs.js';
import { answerBatch, checkBatch, type CheckedBatch } from './batch.js';
import { IntakeError } from './intake-error.js';
import {
  checkSubmission,
  describeAccepted,
  drawJob,
  type CheckedJob,
  type DrawnJob,
  type RequestMarks,
} from './job-request.js';
import { explainRefusal } from './refusal.js';

/** Where accepted jobs go. */
export interface JobIntakeOptions {
  readonly producer: RecordProducer;
  readonly topics: Topics;
  /** Told of every acknowledged job, in a process that answers reads. */
  readonly accepted?: AcceptedJobs;
}

/** A request that was accepted before, ready made. */
export interface ForwardedRequest extends EncodedRecord {
  readonly queue: string;
  readonly priority: Priority;
}

/**
 * The only writer of job requests. A job is accepted once the in-sync replicas have its record; nothing else is
 * touched on the way.
 */
export class JobIntake {
  /** The broker's time, which jobs are dated by. `now` throws an IntakeError `broker_unavailable` before its first answer. */
  readonly clock: Clock = { now: () => this.now() };

  constructor(private readonly options: JobIntakeOptions) {}

  /**
   * Checks one submission and accepts it under a new id.
   * @throws IntakeError what is wrong with it, or what {@link accept} throws
   */
  async submit(submission: unknown, traceparent?: string): Promise<AcceptedJob> {
    await this.learnTime();
    return this.accept(this.check(submission), await this.drawId(), { traceparent });
  }

  /** @throws IntakeError `invalid_request`, `unknown_type` or `invalid_payload`, with the path of each fault */
  check(submission: unknown): CheckedJob {
    const checked = checkSubmission(submission, this.clock);
    if (checked instanceof IntakeError) throw checked;
    return checked;
  }

  /** Has {@link clock} know the time; asks for it only where no answer has said it yet. @throws IntakeError `broker_unavailable` */
  async learnTime(): Promise<void> {
    const { producer, topics } = this.options;
    if (producer.brokerClock.isKnown) return;
    await producer.askTime(topics.clock).catch((cause: unknown) => {
      throw timeUnknown(cause);
    });
  }

  /**
   * Draws an id by the broker's time; asks for that only where no answer has said it yet.
   * @throws IntakeError `broker_unavailable`
   */
  async drawId(): Promise<JobId> {
    await this.learnTime();
    return newJobId(this.now());
  }

  /**
   * Produces a checked job under the given id. Doing so twice makes one job and gives equal answers; who may come to that marks
   * it as `claimed`, so that it also runs once.
   * @throws IntakeError `broker_unavailable` (not in the log), `submit_unknown` (it may be), `broker_refused`,
   * `item_too_large`
   */
  async accept(job: CheckedJob, id: JobId, marks?: RequestMarks): Promise<AcceptedJob> {
    const drawn = drawJob(job, id, marks);
    if (drawn instanceof IntakeError) throw drawn;
    await this.options.producer.send(this.recordOf(drawn)).catch((error: unknown) => {
      throw explainRefusal(error, id);
    });
    this.remember(drawn);
    return describeAccepted(drawn);
  }

  /**
   * Checks a batch, then accepts what passes under new ids.
   * @throws IntakeError what {@link checkBatch} or {@link acceptBatch} throws
   */
  async submitBatch(batch: unknown, traceparent?: string): Promise<BatchAnswer> {
    await this.learnTime();
    return this.acceptBatch(checkBatch(batch, this.clock), await this.drawId(), { traceparent });
  }

  /**
   * Produces the items that passed the check, under ids that follow from the seed and their index. Doing so twice makes
   * each job once; see {@link accept} for `claimed`.
   * @param before what this batch was answered when it was produced under this seed before: what was accepted then is left out
   * @throws IntakeError when no item was acknowledged; `details.items` tells of each
   */
  async acceptBatch(
    batch: CheckedBatch,
    seed: JobId,
    marks?: RequestMarks,
    before?: BatchAnswer,
  ): Promise<BatchAnswer> {
    const results = batch.map((item, index): DrawnJob | JobId | IntakeError => {
      const answered = before?.items[index];
      if (answered && 'id' in answered) return answered.id;
      return item instanceof IntakeError ? item : drawJob(item, deriveJobId(seed, String(index)), marks);
    });
    const drawn = results.filter(isDrawn);
    const outcomes = await this.produce(drawn);
    let next = 0;
    const settled = results.map((result): JobId | IntakeError => {
      if (!isDrawn(result)) return result;
      const outcome = outcomes[next++]!;
      if ('error' in outcome) return explainRefusal(outcome.error, result.request.id);
      this.remember(result);
      return result.request.id;
    });
    return answerBatch(settled);
  }

  /** Appends requests that are drawn already: of jobs that a handler enqueues. Outcomes in their order. */
  produce(jobs: readonly DrawnJob[]): Promise<SendOutcome[]> {
    return this.options.producer.sendAll(jobs.map((job) => this.recordOf(job)));
  }

  /** Appends requests that were accepted before: of jobs whose time has come. Outcomes in their order. */
  forward(requests: readonly ForwardedRequest[]): Promise<SendOutcome[]> {
    return this.options.producer.sendAll(
      requests.map(({ queue, priority, key, value, headers }) => {
        return { topic: this.topicOf(queue, priority), key, value, headers };
      }),
    );
  }

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
    return this.options.topics.requests(queue, queues.get(queue)?.priorities ? priority : 'normal');
  }

  private remember({ request, record, createdAt }: DrawnJob): void {
    this.options.accepted?.remember(request.id, record, createdAt);
  }
}

function timeUnknown(cause: unknown): IntakeError {
  const detail =
    'The job was not accepted: the broker has not said its time yet, which jobs are dated by. Send it again.';
  return new IntakeError('broker_unavailable', detail, { cause });
}

function isDrawn(result: DrawnJob | JobId | IntakeError): result is DrawnJob {
  return typeof result === 'object' && !(result instanceof IntakeError);
}
