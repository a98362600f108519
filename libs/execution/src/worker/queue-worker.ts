import type { JobDefinition, QueueDefinition, TopicPlan, TopicSize, Topics } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { JobIntake } from '@jobstream/intake';
import { JobTypePublisher, servedBy, type JobTypeBook } from '@jobstream/job-types';
import {
  consumerFault,
  steadyTime,
  WorkConsumer,
  type ConsumerAlarm,
  type KafkaConnection,
  type RecordPlace,
  type RecordProducer,
  type TopicAdmin,
  type TopicPartition,
} from '@jobstream/kafka';
import type { ProcessDeath } from '@jobstream/lifecycle';
import { JobLimits } from '@jobstream/limits';
import type { OrderBook } from '@jobstream/orders';
import { retryUntil, SharedCall, type Health, type Logger } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import type { SuspectGate } from '../admission/suspect-gate.js';
import type { Cells } from '../apart/cells.js';
import type { Cancellations } from '../attempt/cancellations.js';
import type { RunningAttempts } from '../attempt/running-attempts.js';
import { RunningReports } from '../attempt/running-reports.js';
import type { StrayRejections } from '../attempt/stray-rejections.js';
import type { Claims } from '../claims/claims.js';
import { typeLabelOf, type Handlers } from '../handlers/handlers.js';
import type { ThreadPool } from '../handlers/thread-pool.js';
import type { LogOutbox } from '../logs/log-outbox.js';
import { OutcomePublisher } from '../outcome/outcome-publisher.js';
import { runningRecord } from '../outcome/outcome-records.js';
import { OutcomeWriter } from '../outcome/outcome-writer.js';
import type { QueueStanding } from '../signs/sign-of-worker.js';
import type { SlotLoad } from '../slots/slot-queue.js';
import { JobWorker } from './job-worker.js';
import { healthOfTopics } from './topics-health.js';
import type { WorkerMetrics } from './worker-metrics.js';
import { WorkerTopics } from './worker-topics.js';

/** A queue that a process serves. */
export interface ServedQueue {
  readonly queue: QueueDefinition;
  /** By job type. Types may come and go while it is served, if the queue and the delays of retries stay the same. */
  readonly handlers: Handlers;
  /** Handlers that run at the same time. */
  readonly concurrency: number;
  /** Who publishes the job types: see `JobTypePublisher`. Undefined where they are published already. */
  readonly owner: string | undefined;
}

/** What the queues of a process have in common. */
export interface QueueWorkerHost {
  readonly topics: Topics;
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly producer: RecordProducer;
  readonly book: JobTypeBook;
  readonly orders: OrderBook;
  readonly cancellations: Cancellations;
  readonly running: RunningAttempts;
  readonly strays: StrayRejections;
  readonly database: Database;
  readonly claims: Claims;
  readonly threads: ThreadPool;
  readonly suspectGate: SuspectGate;
  /** See `ApartAttemptsOptions`. */
  readonly cells: Cells | undefined;
  readonly logs: LogOutbox;
  readonly topicSize: TopicSize;
  readonly instance: string;
  readonly drainMs: number;
  /** The time that a handler has to return after it was told to stop. */
  readonly graceMs: number;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  /** See `AttemptPorts`; with the type as metrics name it. */
  noteBlock(job: StartableJob, type: string, ms: number): void;
  /** Resolves once the record at this place is in {@link book}. */
  passed(place: RecordPlace): Promise<void>;
  /** Ends the process, after an error that only a restart can mend. */
  fatal(error: unknown): void;
}

/** The parts of a queue that have a health. */
export const queueParts = ['job_types', 'topics', 'consumer', 'outcomes'] as const;

/** Outcomes on their way to the log at once: about one round trip to the broker at full speed. */
const maxUnsettled = 1_024;
const maxPauseMs = 5_000;

/**
 * Runs the jobs of one queue, as a member of its consumer group.
 *
 * States: starting (its topics are made, its job types published) → consuming → draining (`stop`).
 *
 * Invariant: it consumes no record before its job types are published.
 */
export class QueueWorker {
  /** The job types of the worker: those that it has a handler for. */
  private readonly definitions: readonly JobDefinition[];
  private readonly workerTopics: WorkerTopics;
  private readonly publisher: OutcomePublisher;
  private readonly worker: JobWorker;
  private readonly consumer: WorkConsumer;
  private readonly publications: JobTypePublisher | undefined;
  private readonly limits: JobLimits;
  private readonly closing = new AbortController();
  private starting: Promise<void> | undefined;
  private readonly plan: readonly TopicPlan[];
  /** Topics of the queue that do not exist, and since when that is known, by `steadyTime`. */
  private missing: ReadonlyMap<string, number> = new Map();
  private topicsReady = false;
  private requestPartitions = 1;
  /** Many refused jobs ask at the same time. */
  private readonly typesEnd = new SharedCall(async () => {
    const { admin, topics } = this.host;
    const [end = 0] = (await admin.endOffsets([topics.types])).get(topics.types) ?? [];
    return end;
  });

  constructor(
    private readonly served: ServedQueue,
    private readonly host: QueueWorkerHost,
  ) {
    const { queue, handlers, owner } = served;
    this.definitions = [...handlers.values()].map(({ definition }) => definition);
    this.workerTopics = new WorkerTopics(host.topics, queue, this.definitions);
    this.plan = host.topics.plan(this.definitions, host.topicSize);
    this.publisher = this.createPublisher();
    this.limits = this.createLimits();
    this.publications = owner === undefined ? undefined : this.createPublications(owner);
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
    this.publications?.stop();
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
        return this.publications?.health() ?? { ok: true };
      case 'topics':
        return this.topicsHealth();
      case 'consumer':
        return this.consumerHealth();
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
        outdated: (type) => this.publications?.outdated(type),
        keepLines: ({ request: { id }, run, attempt }) => logs.open({ id, run, attempt }),
        openReports: (job, start) =>
          new RunningReports((report) => producer.send(runningRecord(topics, job, start, report))),
        observeDuration: (type, seconds) => metrics.observeDuration(type, seconds),
        runsSuspectsApart: suspectGate.isOpen,
      },
      claims,
      limits: this.limits,
      suspectGate,
      cells,
      lanesMs: () => this.workerTopics.lanesMs,
      readTypes: this.served.owner === undefined ? () => this.readTypes() : undefined,
      roleOf: (topic) => topics.roleOf(topic),
      onDeath: (job, death, deaths) => this.noteDeath(job, death, deaths),
      onFatal: (error) => this.host.fatal(error),
    });
  }

  private createConsumer(): WorkConsumer {
    return new WorkConsumer(this.host.connection, {
      groupId: this.host.topics.group(this.served.queue.name),
      topics: async () => this.workerTopics.among(await this.existingTopics()),
      onDeliveries: (deliveries) => this.worker.accept(deliveries),
      labels: this.publications?.labels ?? [],
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
    return held.length / this.requestPartitions;
  }

  private createPublications(owner: string): JobTypePublisher {
    const { topics, admin, book, producer, logger } = this.host;
    return new JobTypePublisher({
      definitions: this.definitions,
      owner,
      logger,
      producer,
      topics,
      book,
      live: async () => servedBy(await admin.memberLabels(topics.group(this.served.queue.name))),
      passed: (place) => this.host.passed(place),
    });
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
    if (!(await this.makeTopics()) || !(await this.publishTypes())) return;
    this.applyOrders();
    await this.consumer.start();
  }

  /** From then on the job types of this worker can be submitted. @returns false when it is stopped meanwhile */
  private async publishTypes(): Promise<boolean> {
    const { publications } = this;
    const { signal } = this.closing;
    if (publications === undefined) return !signal.aborted;
    await retryUntil(() => publications.publish(), {
      signal,
      maxPauseMs,
      onFailure: (error) => this.host.logger.warn({ err: error }, 'job types not published: trying again'),
    });
    if (!signal.aborted) publications.start();
    return !signal.aborted;
  }

  /** To their end as it is now. Kafka may be away: no outcome could be written then either. */
  private async readTypes(): Promise<void> {
    const { topics, logger } = this.host;
    const topic = topics.types;
    const read = async () => {
      const end = await this.typesEnd.call();
      if (end > 0) await this.host.passed({ topic, partition: 0, offset: end - 1 });
    };
    await retryUntil(read, {
      signal: this.closing.signal,
      maxPauseMs,
      onFailure: (error) => logger.warn({ err: error }, 'job types not read: trying again'),
    });
  }

  /** @returns false when it is stopped meanwhile */
  private async makeTopics(): Promise<boolean> {
    const { admin, logger, topics, topicSize } = this.host;
    const { signal } = this.closing;
    // The process has made those that every process needs.
    const common = new Set(topics.plan([], topicSize).map(({ name }) => name));
    const own = this.plan.filter(({ name }) => !common.has(name));
    const make = async () => {
      await admin.ensureTopics(own);
      this.requestPartitions = await this.countRequestPartitions();
      this.topicsReady = true;
    };
    await retryUntil(make, {
      signal,
      maxPauseMs,
      onFailure: (error) => logger.warn({ err: error }, 'Kafka unreachable: trying again'),
    });
    return !signal.aborted;
  }

  private async countRequestPartitions(): Promise<number> {
    const topic = this.host.topics.requests(this.served.queue.name);
    return (await this.host.admin.partitionCounts([topic])).get(topic) ?? 1;
  }

  /** The topics that exist. Those of this queue that are missing are created again, to be written and read. */
  private async existingTopics(): Promise<string[]> {
    const existing = await this.host.admin.listTopics();
    const names = new Set(existing);
    const gone = this.plan.flatMap(({ name }) => (names.has(name) ? [] : [name]));
    const now = steadyTime();
    this.missing = new Map(gone.map((topic) => [topic, this.missing.get(topic) ?? now]));
    for (const topic of gone) this.host.producer.makeMissing(topic);
    return existing;
  }

  private topicsHealth(): Health {
    if (!this.topicsReady) return { ok: false, why: 'Kafka has not been reached yet.' };
    const own = new Set(this.plan.map(({ name }) => name));
    // No job needs the signs of workers.
    own.delete(this.host.topics.workers);
    const { missing } = this;
    return healthOfTopics({ own, missing, troubles: this.host.producer.troubles.list() }, steadyTime());
  }

  private consumerHealth(): Health {
    const health = this.consumer.health();
    const detail = {
      loopAgeMs: health.loopAgeMs,
      joins: health.joins,
      restarts: health.restarts,
      alarms: health.alarms,
      headsOfLine: health.partitions.flatMap(({ headOfLine }) =>
        headOfLine ? [{ ...headOfLine, job: this.worker.jobAt(headOfLine) }] : [],
      ),
    };
    const why = consumerFault(health);
    return why === null ? { ok: true, detail } : { ok: false, why, detail };
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
