import type { TopicRole, Topics } from '@jobstream/contracts';
import type { Delivery, IncomingRecord, OutgoingRecord, TopicPartition } from '@jobstream/kafka';
import { decideOutcome, type AttemptEnding, type Outcome } from '@jobstream/lifecycle';
import type { Clock, Logger } from '@jobstream/runtime';
import { attempt, type AttemptPorts } from './attempt.js';
import { CopyMemory } from './copy-memory.js';
import type { FreeSlot } from './delivery-scheduler.js';
import type { RegisteredHandler } from './handler-registry.js';
import type { OutcomePublisher } from './outcome-publisher.js';
import { outcomeRecord, poisonRecord, type EndedAttempt } from './outcome-records.js';
import { readRecord, type ReadRecord } from './record-reading.js';
import type { StartableJob } from './startable-job.js';
import { countOf, unknownTypeLabel, type WorkerMetrics } from './worker-metrics.js';

/** What {@link JobWorker} takes. */
export interface JobWorkerOptions {
  readonly queue: string;
  readonly topics: Topics;
  readonly handlers: ReadonlyMap<string, RegisteredHandler>;
  readonly publisher: OutcomePublisher;
  readonly metrics: WorkerMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly brokerClock: Clock;
  readonly attempts: AttemptPorts;
  /** The delays of the retry lanes that exist. */
  lanesMs(): Iterable<number>;
  roleOf(topic: string): TopicRole | undefined;
  /** Has a delivery worked on (again) that was set aside. */
  takeBack(delivery: Delivery): void;
}

/** A record that is being worked on. */
interface Ongoing {
  /** The job's id where one could be read. */
  job?: StartableJob;
  /** The same record, handed over again after its partition was lost and came back. */
  readonly again: Delivery[];
}

/**
 * Works on one delivery at a time, from the record to its acknowledged outcome.
 *
 * A delivery is done when the log has acknowledged what follows from it, never sooner. A failure is published only while the
 * delivery's partition is held, because its next holder runs the attempt too and may succeed; a success always is.
 */
export class JobWorker {
  private readonly copies = new CopyMemory();
  private readonly ongoing = new Map<string, Ongoing>();

  constructor(private readonly options: JobWorkerOptions) {}

  /** Settles when the delivery is done with. Never rejects. */
  async work(delivery: Delivery, freeSlot: FreeSlot): Promise<void> {
    const position = positionOf(delivery.record);
    const same = this.ongoing.get(position);
    if (same) {
      this.tie(delivery, same);
      return;
    }
    if (!delivery.begin()) return;
    const ongoing: Ongoing = { again: [] };
    this.ongoing.set(position, ongoing);
    const settled = await this.settle(delivery, ongoing, freeSlot);
    this.ongoing.delete(position);
    if (settled) delivery.done();
    else delivery.abandon();
    for (const later of ongoing.again) this.finishTied(later, settled);
  }

  forget(partitions: readonly TopicPartition[]): void {
    this.copies.forget(partitions);
  }

  /** The job that is being worked on at a position, for reports; undefined where none is. */
  jobAt(record: Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>): string | undefined {
    return this.ongoing.get(positionOf(record))?.job?.request.id;
  }

  /** The attempt still runs here since before the partition was lost: what comes of it decides for this delivery too. */
  private tie(delivery: Delivery, same: Ongoing): void {
    same.again.push(delivery);
    if (same.job) this.copies.meet(delivery.record, attemptOf(same.job), delivery.record.offset);
  }

  private finishTied(delivery: Delivery, settled: boolean): void {
    if (!settled) this.options.takeBack(delivery);
    else if (delivery.begin()) delivery.done();
  }

  /** @returns whether what follows from the record is acknowledged by the log */
  private async settle(delivery: Delivery, ongoing: Ongoing, freeSlot: FreeSlot): Promise<boolean> {
    const { record } = delivery;
    const read = readRecord(record, this.options.roleOf(record.topic));
    if (read.kind === 'poison') {
      freeSlot();
      return this.setAside(delivery, read);
    }
    const { job } = read;
    ongoing.job = job;
    if (this.isCopy(record, job)) return true;
    const registered = this.options.handlers.get(job.request.type);
    const { brokerClock, attempts, clock } = this.options;
    const { ending, start } = await attempt(job, registered, brokerClock.now(), attempts);
    freeSlot();
    const finishedAt = new Date(clock.now()).toISOString();
    const ended: EndedAttempt = { job, source: record, start, finishedAt };
    const outcome = this.decide(job, registered, ending);
    const settled = await this.publish(delivery, ongoing, ended, outcome);
    this.tell(job, registered, outcome, settled);
    return settled;
  }

  private isCopy(record: IncomingRecord, job: StartableJob): boolean {
    const novelty = this.copies.meet(record, attemptOf(job), record.offset);
    if (novelty === 'copy') this.options.metrics.countCopy();
    if (novelty === 'again') this.options.metrics.countRerun(this.labelOf(job));
    return novelty === 'copy';
  }

  private decide(
    job: StartableJob,
    registered: RegisteredHandler | undefined,
    ending: AttemptEnding,
  ): Outcome {
    return decideOutcome(
      {
        attempt: job.attempt,
        maxAttempts: job.request.maxAttempts,
        backoffMs: registered?.definition.backoffMs ?? [],
        lanesMs: this.options.lanesMs(),
      },
      ending,
    );
  }

  private publish(
    delivery: Delivery,
    ongoing: Ongoing,
    ended: EndedAttempt,
    outcome: Outcome,
  ): Promise<boolean> {
    const { publisher, topics } = this.options;
    const held = () => delivery.isCurrent();
    const record = outcomeRecord(topics, ended, outcome);
    if (outcome.kind === 'succeed') {
      return publisher.publish(record, () => held() || ongoing.again.some((later) => later.isCurrent()));
    }
    return this.publishHeld(record, held);
  }

  private async publishHeld(record: OutgoingRecord, held: () => boolean): Promise<boolean> {
    return held() && (await this.options.publisher.publish(record, held));
  }

  private async setAside(
    delivery: Delivery,
    fault: Extract<ReadRecord, { kind: 'poison' }>,
  ): Promise<boolean> {
    const { topics, queue, metrics, logger } = this.options;
    const { topic, partition, offset } = delivery.record;
    const record = poisonRecord(topics, queue, delivery.record, fault);
    const settled = await this.publishHeld(record, () => delivery.isCurrent());
    if (settled) {
      metrics.countDeadLetter(fault.reason);
      logger.warn({ topic, partition, offset, reason: fault.reason }, 'record set aside');
    }
    return settled;
  }

  private tell(
    job: StartableJob,
    registered: RegisteredHandler | undefined,
    outcome: Outcome,
    settled: boolean,
  ): void {
    const { metrics, logger } = this.options;
    metrics.countAttempt(this.labelOf(job), settled ? countOf(outcome) : 'held_back');
    const { request, run, attempt } = job;
    const about = { job: request.id, type: registered?.definition.type ?? unknownTypeLabel, run, attempt };
    logger.debug({ ...about, outcome: outcome.kind, settled }, 'attempt ends');
    if (!settled) {
      logger.info(about, 'outcome held back: another worker has the partition');
    } else if (outcome.kind === 'dead-letter') {
      metrics.countDeadLetter(outcome.reason);
      logger.warn({ ...about, reason: outcome.reason, code: outcome.error.code }, 'job dead-lettered');
    } else if (outcome.kind === 'retry') {
      logger.info(
        { ...about, code: outcome.error.code, inMs: outcome.laneMs },
        'attempt failed, job retries',
      );
    }
  }

  /** Anyone can write any type to a topic, so only known ones become labels. */
  private labelOf(job: StartableJob): string {
    return this.options.handlers.has(job.request.type) ? job.request.type : unknownTypeLabel;
  }
}

function attemptOf({ request, run, attempt }: StartableJob): string {
  return `${request.id}/${run}/${attempt}`;
}

function positionOf({
  topic,
  partition,
  offset,
}: Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`;
}
