import { once } from 'node:events';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { JobDefinition, QueueDefinition, TopicPlan, TopicSize, Topics } from '@jobstream/contracts';
import { JobIntake } from '@jobstream/intake';
import { JobTypePublisher, servedBy, type JobTypeReader } from '@jobstream/job-types';
import {
  consumerFault,
  steadyTime,
  TopicFollower,
  WorkConsumer,
  type ConsumerAlarm,
  type KafkaConnection,
  type RecordProducer,
  type TopicAdmin,
  type TopicPartition,
} from '@jobstream/kafka';
import { Database, migrate, type DatabaseSettings } from '@jobstream/database';
import { JobLimits } from '@jobstream/limits';
import { OrderReader } from '@jobstream/orders';
import {
  retryUntil,
  type ClockWatch,
  type Health,
  type HealthRegistry,
  type Logger,
} from '@jobstream/runtime';
import type { Registry } from 'prom-client';
import { ClaimStore } from '../claims/claim-store.js';
import { Claims } from '../claims/claims.js';
import { Cancellations } from '../attempt/cancellations.js';
import type { RegisteredHandler } from '../handlers/handler-registry.js';
import { JobWorker } from './job-worker.js';
import { OutcomePublisher } from '../outcome/outcome-publisher.js';
import { runningRecord } from '../outcome/outcome-records.js';
import { OutcomeWriter } from '../outcome/outcome-writer.js';
import { healthOfTopics } from './topics-health.js';
import { ThreadPool } from '../handlers/thread-pool.js';
import { WorkerMetrics } from './worker-metrics.js';
import { WorkerTopics } from './worker-topics.js';

export interface JobWorkerStrategyOptions {
  readonly queue: QueueDefinition;
  /** By job type, from `HandlerRegistry.handlersOf`. */
  readonly handlers: ReadonlyMap<string, RegisteredHandler>;
  readonly topics: Topics;
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly producer: RecordProducer;
  readonly clockWatch: ClockWatch;
  /** Followed together with the orders. */
  readonly jobTypes: JobTypeReader;
  /** Who publishes the job types: see `JobTypePublisher`. */
  readonly owner: string;
  /** The database of claims and limits. It is not connected to before a job needs one. */
  readonly database: DatabaseSettings;
  /** A claim is free again after this time without a renewal. The same in all workers of the queue. */
  readonly claimLeaseMs: number;
  readonly topicSize: TopicSize;
  /** The name of this process, different from that of every other. */
  readonly instance: string;
  /** Handlers that run at the same time. */
  readonly concurrency: number;
  /** The time that running handlers have to end when the worker stops. */
  readonly drainMs: number;
  /** The time that a handler has to return after it was told to stop. Default 5 s. */
  readonly graceMs?: number;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: HealthRegistry;
  /** Ends the process, after an error that only a restart can mend. */
  fatal(error: unknown): void;
}

const defaultGraceMs = 5_000;
/** Outcomes on their way to the log at once: about one round trip to the broker at full speed. */
const maxUnsettled = 1_024;
const maxPauseMs = 5_000;

/**
 * Nest's transport for a worker: builds its parts, starts and stops them, and tells its health.
 *
 * States: starting (Kafka may be unreachable: it tries until it is not) → its topics exist → the orders are read and the broker's time
 * is known → consuming → draining (`close`). It is ready once it has joined its group, and recovers by itself.
 *
 * Invariant: it consumes no record before it knows all pauses, limits and cancels, and the time, and has published its job types.
 */
export class JobWorkerStrategy implements CustomTransportStrategy {
  /** The job types of the worker: those that it has a handler for. */
  private readonly definitions: readonly JobDefinition[];
  private readonly workerTopics: WorkerTopics;
  private readonly publisher: OutcomePublisher;
  private readonly threads = new ThreadPool();
  private readonly worker: JobWorker;
  private readonly database: Database;
  private readonly claims: Claims;
  private readonly consumer: WorkConsumer;
  private readonly orders: OrderReader;
  private readonly follower: TopicFollower;
  private readonly publications: JobTypePublisher;
  private readonly cancellations: Cancellations;
  private readonly limits: JobLimits;
  private readonly closing = new AbortController();
  private starting: Promise<void> | undefined;
  private readonly plan: readonly TopicPlan[];
  /** Topics of the queue that do not exist, and since when that is known, by `steadyTime`. */
  private missing: ReadonlyMap<string, number> = new Map();
  private topicsReady = false;
  private requestPartitions = 1;

  constructor(private readonly options: JobWorkerStrategyOptions) {
    const { queue, topics, connection, producer, logger } = options;
    this.definitions = [...options.handlers.values()].map(({ definition }) => definition);
    this.workerTopics = new WorkerTopics(topics, queue, this.definitions);
    this.plan = topics.plan(this.definitions, options.topicSize);
    producer.onTopicMade = (topic) => this.consumer.lookAgain(topic);
    const intake = new JobIntake({ producer, topics, jobTypes: options.jobTypes.book });
    this.publisher = new OutcomePublisher({
      send: (record) => producer.send(record),
      produce: (jobs) => intake.produce(jobs),
      logger,
      monotonic: () => performance.now(),
      onRefused: (count) => this.worker.noteRefused(count),
      random: Math.random,
    });
    this.database = new Database(options.database, {
      connections: 4,
      applicationName: `jobstream ${queue.name}-worker`,
      // Leaves time for another try before a lease ends.
      statementTimeoutMs: Math.max(500, options.claimLeaseMs / 4),
    });
    this.claims = this.createClaims();
    this.limits = this.createLimits();
    this.orders = this.createOrders();
    this.follower = new TopicFollower({
      connection,
      parts: [this.orders, options.jobTypes],
      groupIdPrefix: `${topics.group(queue.name)}.orders.`,
      onFatal: (error) => options.fatal(error),
    });
    this.publications = this.createPublications();
    this.cancellations = new Cancellations(this.orders.cancels);
    this.worker = this.createWorker();
    this.consumer = this.createConsumer();
    options.health.add('orders', () => this.followerHealth());
    options.health.add('job_types', () => this.publications.health());
    options.health.add('topics', () => this.topicsHealth());
    options.health.add('consumer', () => this.consumerHealth());
    options.health.add('claims', () => this.claims.health());
    options.health.add('outcomes', () => this.publisher.health());
  }

  /** Calls back at once and starts in the background. */
  listen(callback: () => void): void {
    this.starting = this.start().catch((error: unknown) => this.options.fatal(error));
    callback();
  }

  /**
   * Drains: takes no more records, gives running handlers `drainMs` to end, commits, leaves the group. The application stops the
   * producer afterwards.
   */
  async close(): Promise<void> {
    this.closing.abort();
    this.worker.drain();
    this.limits.stop();
    this.options.clockWatch.stop();
    this.publications.stop();
    await this.follower.stop();
    await this.consumer.drain(this.options.drainMs);
    await this.starting;
    this.publisher.stop();
    await this.claims.stop();
    await this.limits.close();
    await Promise.all([this.database.close(), this.threads.close()]);
  }

  private createClaims(): Claims {
    const { database, claimLeaseMs, metrics, logger } = this.options;
    return new Claims({
      metrics,
      logger,
      leaseMs: claimLeaseMs,
      store: new ClaimStore(this.database, claimLeaseMs),
      prepare: () => migrate(database),
      monotonic: () => performance.now(),
    });
  }

  private createWorker(): JobWorker {
    const { queue, handlers, logger, instance, graceMs = defaultGraceMs } = this.options;
    const metrics = new WorkerMetrics(this.options.metrics, () => this.worker.load());
    return new JobWorker({
      slots: this.options.concurrency,
      maxUnsettled,
      handlers,
      writer: new OutcomeWriter({
        queue: queue.name,
        topics: this.options.topics,
        publisher: this.publisher,
        metrics,
        logger,
      }),
      metrics,
      clock: this.options.producer.brokerClock,
      attempts: {
        worker: instance,
        logger,
        clock: this.options.producer.brokerClock,
        threads: this.threads,
        graceMs,
        cancellations: this.cancellations,
        outdated: (type) => this.publications.outdated(type),
        sendReport: (job, start, report) =>
          this.options.producer.send(runningRecord(this.options.topics, job, start, report)),
        observeDuration: (type, seconds) => metrics.observeDuration(type, seconds),
      },
      claims: this.claims,
      limits: this.limits,
      lanesMs: () => this.workerTopics.lanesMs,
      roleOf: (topic) => this.options.topics.roleOf(topic),
      onFatal: (error) => this.options.fatal(error),
    });
  }

  private createConsumer(): WorkConsumer {
    const { queue, connection } = this.options;
    return new WorkConsumer(connection, {
      groupId: this.options.topics.group(queue.name),
      topics: async () => this.workerTopics.among(await this.existingTopics()),
      onDeliveries: (deliveries) => this.worker.accept(deliveries),
      labels: this.publications.labels,
      onLost: (partitions) => this.lose(partitions),
      onAlarm: (alarm) => this.logAlarm(alarm),
      onFatal: (error) => this.options.fatal(error),
    });
  }

  private createLimits(): JobLimits {
    const { queue, instance, concurrency, logger } = this.options;
    return new JobLimits({
      queue: queue.name,
      logger,
      worker: instance,
      slots: concurrency,
      database: this.database,
      share: () => this.share(),
    });
  }

  /** The part of the request partitions that this worker holds, from 0 to 1. */
  private share(): number {
    const topic = this.options.topics.requests(this.options.queue.name);
    const held = this.consumer.health().partitions.filter((partition) => partition.topic === topic);
    return held.length / this.requestPartitions;
  }

  private createOrders(): OrderReader {
    const { queue, logger } = this.options;
    return new OrderReader({
      logger,
      topics: this.options.topics,
      queue: queue.name,
      onCancel: (cancel) => this.cancellations.abort(cancel),
      onChange: () => this.applyOrders(),
    });
  }

  private createPublications(): JobTypePublisher {
    const { queue, topics, admin, jobTypes, owner, producer, logger } = this.options;
    return new JobTypePublisher({
      definitions: this.definitions,
      owner,
      logger,
      producer,
      topics,
      book: jobTypes.book,
      live: async () => servedBy(await admin.memberLabels(topics.group(queue.name))),
      passed: (place) => this.follower.passed(place),
    });
  }

  private lose(partitions: readonly TopicPartition[]): void {
    const running = this.worker.countIn(partitions);
    this.worker.lose(partitions);
    this.options.logger.info({ partitions: partitions.length, running }, 'partitions lost');
  }

  /** Reads no record before it knows which jobs not to start, and the time. */
  private async start(): Promise<void> {
    if (!(await this.makeTopics())) return;
    this.options.clockWatch.start();
    if (!(await this.follower.start()) || !(await this.awaitTime())) return;
    if (!(await this.publishTypes())) return;
    this.applyOrders();
    await this.consumer.start();
  }

  private applyOrders(): void {
    const { queue, logger } = this.options;
    this.limits.set(this.orders.book.limitsOf(queue.name) ?? queue.limits);
    const pausedSince = this.orders.book.pausedSince(queue.name);
    if (this.worker.isPaused === (pausedSince !== undefined)) return;
    this.worker.isPaused = pausedSince !== undefined;
    logger.info({ queue: queue.name, pausedSince }, pausedSince ? 'queue paused' : 'queue resumed');
  }

  /** @returns false when it is closed meanwhile */
  private async awaitTime(): Promise<boolean> {
    const { signal } = this.closing;
    if (!signal.aborted)
      await Promise.race([this.options.producer.brokerClock.whenKnown(), once(signal, 'abort')]);
    return !signal.aborted;
  }

  /** From then on the job types of this worker can be submitted. @returns false when it is closed meanwhile */
  private async publishTypes(): Promise<boolean> {
    const { signal } = this.closing;
    await retryUntil(() => this.publications.publish(), {
      signal,
      maxPauseMs,
      onFailure: (error) => this.options.logger.warn({ err: error }, 'job types not published: trying again'),
    });
    if (!signal.aborted) this.publications.start();
    return !signal.aborted;
  }

  /** @returns false when it is closed meanwhile */
  private async makeTopics(): Promise<boolean> {
    const { admin, logger } = this.options;
    const { signal } = this.closing;
    const make = async () => {
      await admin.ensureTopics(this.plan);
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
    const topic = this.options.topics.requests(this.options.queue.name);
    return (await this.options.admin.partitionCounts([topic])).get(topic) ?? 1;
  }

  /** The topics that exist. Those of this queue that are missing are created again, to be written and read. */
  private async existingTopics(): Promise<string[]> {
    const existing = await this.options.admin.listTopics();
    const names = new Set(existing);
    const gone = this.plan.flatMap(({ name }) => (names.has(name) ? [] : [name]));
    const now = steadyTime();
    this.missing = new Map(gone.map((topic) => [topic, this.missing.get(topic) ?? now]));
    for (const topic of gone) this.options.producer.makeMissing(topic);
    return existing;
  }

  private followerHealth(): Health {
    const { isRead, isJoined, fault } = this.follower.health();
    if (!isRead) return { ok: false, why: 'The orders and job types have not been read to their end yet.' };
    return fault === null ? { ok: true, detail: { following: isJoined } } : { ok: false, why: fault };
  }

  private topicsHealth(): Health {
    if (!this.topicsReady) return { ok: false, why: 'Kafka has not been reached yet.' };
    const own = new Set(this.plan.map(({ name }) => name));
    const { missing } = this;
    return healthOfTopics({ own, missing, troubles: this.options.producer.troubles.list() }, steadyTime());
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
    this.options.logger.error({ alarm, job: head && this.worker.jobAt(head) }, alarm.message);
  }
}
