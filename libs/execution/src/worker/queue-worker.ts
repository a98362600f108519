import { JobIntake } from '@jobstream/intake';
import { WorkConsumer, type ConsumerAlarm, type TopicPartition } from '@jobstream/kafka';
import type { ProcessDeath } from '@jobstream/lifecycle';
import { JobLimits } from '@jobstream/limits';
import type { Health } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import { RunningReports } from '../attempt/running-reports.js';
import { typeLabelOf } from '../handlers/handlers.js';
import { OutcomePublisher } from '../outcome/outcome-publisher.js';
import { runningRecord } from '../outcome/outcome-records.js';
import { OutcomeWriter } from '../outcome/outcome-writer.js';
import type { QueueStanding } from '../signs/sign-of-worker.js';
import type { SlotLoad } from '../slots/slot-queue.js';
import { healthOfConsumer } from './consumer-health.js';
import { JobWorker } from './job-worker.js';
import type { QueueWorkerHost, ServedQueue } from './queue-host.js';
import { QueueTopics } from './queue-topics.js';
import { QueueTypes } from './queue-types.js';

/** The parts of a queue that have a health. */
export const queueParts = ['job_types', 'topics', 'consumer', 'outcomes'] as const;

/** Outcomes on their way to the log at once: about one round trip to the broker at full speed. */
const maxUnsettled = 1_024;

/**
 * Runs the jobs of one queue, as a member of its consumer group.
 *
 * States: starting (its topics are made, its job types published) → consuming → draining (`stop`).
 *
 * Invariant: it consumes no record before its job types are published.
 */
export class QueueWorker {
  private readonly types: QueueTypes;
  private readonly topics: QueueTopics;
  private readonly publisher: OutcomePublisher;
  private readonly worker: JobWorker;
  private readonly consumer: WorkConsumer;
  private readonly limits: JobLimits;
  private readonly closing = new AbortController();
  private starting: Promise<void> | undefined;

  constructor(
    private readonly served: ServedQueue,
    private readonly host: QueueWorkerHost,
  ) {
    this.types = new QueueTypes(served, host);
    this.topics = new QueueTopics(served.queue, this.types.definitions, host);
    this.publisher = this.createPublisher();
    this.limits = this.createLimits();
    this.worker = this.createWorker();
    this.consumer = this.createConsumer();
  }

  /** Starts in the background; to be called once the orders are read and the broker's time is known. */
  start(): void {
    this.starting = this.begin().catch((error: unknown) => this.host.fatal(error));
  }

  /** Takes no more records, gives running handlers `drainMs` to end, commits and leaves the group. */
  async stop(drainMs = this.host.drainMs): Promise<void> {
    this.closing.abort();
    this.worker.drain();
    this.limits.stop();
    this.types.stop();
    await this.consumer.drain(drainMs);
    await this.starting;
    this.publisher.stop();
    await this.limits.close();
  }

  /** Obeys the orders in force for the queue. */
  applyOrders(): void {
    const { orders, logger } = this.host;
    const { queue } = this.served;
    this.limits.set(orders.limitsOf(queue.name) ?? queue.limits);
    const pausedSince = orders.pausedSince(queue.name);
    if (this.worker.isPaused === (pausedSince !== undefined)) return;
    this.worker.isPaused = pausedSince !== undefined;
    logger.info({ queue: queue.name, pausedSince }, pausedSince ? 'queue paused' : 'queue resumed');
  }

  /** The topic was made anew. */
  lookAgain(topic: string): void {
    this.consumer.lookAgain(topic);
  }

  load(): SlotLoad {
    return this.worker.load();
  }

  /** How it stands in its queue. */
  standing(): QueueStanding {
    return {
      queue: this.served.queue.name,
      load: this.load(),
      paused: this.worker.isPaused,
      partitions: this.consumer.health().partitions,
    };
  }

  /** The health of one of its parts. */
  health(part: (typeof queueParts)[number]): Health {
    switch (part) {
      case 'job_types':
        return this.types.health();
      case 'topics':
        return this.topics.health();
      case 'consumer':
        return healthOfConsumer(this.consumer.health(), (head) => this.worker.jobAt(head));
      case 'outcomes':
        return this.publisher.health();
    }
  }

  private createPublisher(): OutcomePublisher {
    const { producer, topics, book, logger } = this.host;
    const intake = new JobIntake({ producer, topics, jobTypes: book });
    return new OutcomePublisher({
      send: (record) => producer.send(record),
      produce: (jobs) => intake.produce(jobs),
      logger,
      monotonic: () => performance.now(),
      onRefused: (count) => this.worker.noteRefused(count),
      random: Math.random,
    });
  }

  private createWorker(): JobWorker {
    const { topics, producer, logger, instance, graceMs, threads, metrics, claims, cancellations, logs } =
      this.host;
    const { suspectGate, cells, running, strays } = this.host;
    const { queue, handlers, concurrency } = this.served;
    return new JobWorker({
      slots: concurrency,
      maxUnsettled,
      handlers,
      writer: new OutcomeWriter({ queue: queue.name, topics, publisher: this.publisher, metrics, logger }),
      metrics,
      clock: producer.brokerClock,
      attempts: {
        worker: instance,
        logger,
        clock: producer.brokerClock,
        threads,
        graceMs,
        cancellations,
        running,
        strays,
        noteBlock: (job, ms) => this.host.noteBlock(job, typeLabelOf(handlers, job.request.type), ms),
        outdated: (type) => this.types.outdated(type),
        keepLines: ({ request: { id }, run, attempt }) => logs.open({ id, run, attempt }),
        openReports: (job, start) =>
          new RunningReports((report) => producer.send(runningRecord(topics, job, start, report))),
        observeDuration: (type, seconds) => metrics.observeDuration(type, seconds),
        runsSuspectsApart: suspectGate.isOpen,
        keysCount: true,
      },
      claims,
      limits: this.limits,
      suspectGate,
      cells,
      lanesMs: () => this.topics.lanesMs,
      readTypes:
        this.served.owner === undefined ? () => this.types.readToEnd(this.closing.signal) : undefined,
      roleOf: (topic) => topics.roleOf(topic),
      onDeath: (job, death, deaths) => this.noteDeath(job, death, deaths),
      onFatal: (error) => this.host.fatal(error),
    });
  }

  private createConsumer(): WorkConsumer {
    return new WorkConsumer(this.host.connection, {
      groupId: this.host.topics.group(this.served.queue.name),
      topics: () => this.topics.toConsume(),
      onDeliveries: (deliveries) => this.worker.accept(deliveries),
      labels: this.types.labels,
      onLost: (partitions) => this.lose(partitions),
      onAlarm: (alarm) => this.logAlarm(alarm),
      onFatal: (error) => this.host.fatal(error),
    });
  }

  private createLimits(): JobLimits {
    const { instance, logger, database } = this.host;
    const { queue, concurrency } = this.served;
    return new JobLimits({
      queue: queue.name,
      logger,
      worker: instance,
      slots: concurrency,
      database,
      share: () => this.share(),
    });
  }

  /** The part of the request partitions that this worker holds, from 0 to 1. */
  private share(): number {
    const topic = this.host.topics.requests(this.served.queue.name);
    const held = this.consumer.health().partitions.filter((partition) => partition.topic === topic);
    return held.length / this.topics.requestPartitions;
  }

  private noteDeath({ request, run, attempt }: StartableJob, death: ProcessDeath, deaths?: number): void {
    const { id: job, type } = request;
    const { exitCode, signal } = death;
    this.host.metrics.countProcessDeath(typeLabelOf(this.served.handlers, type));
    this.host.logger.warn(
      { job, type, run, attempt, deaths, exitCode, signal },
      'handler process or thread died of its job',
    );
  }

  private lose(partitions: readonly TopicPartition[]): void {
    const running = this.worker.countIn(partitions);
    this.worker.lose(partitions);
    this.host.logger.info({ partitions: partitions.length, running }, 'partitions lost');
  }

  private async begin(): Promise<void> {
    const { signal } = this.closing;
    if (!(await this.topics.make(signal)) || !(await this.types.publish(signal))) return;
    this.applyOrders();
    await this.consumer.start();
  }

  /** The line names the job at the head of the partition: it may be the one that holds up the others. */
  private logAlarm(alarm: ConsumerAlarm): void {
    const head = this.consumer
      .health()
      .partitions.find(
        ({ topic, partition }) => topic === alarm.topic && partition === alarm.partition,
      )?.headOfLine;
    this.host.logger.error({ alarm, job: head && this.worker.jobAt(head) }, alarm.message);
  }
}
