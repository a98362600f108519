import { once } from 'node:events';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { TopicSize, Topics } from '@jobstream/contracts';
import { maxSignedQueues, type WorkerSign } from '@jobstream/contracts/records';
import { Database, migrate, type DatabaseSettings } from '@jobstream/database';
import type { JobTypeReader } from '@jobstream/job-types';
import { TopicFollower, type KafkaConnection, type RecordProducer, type TopicAdmin } from '@jobstream/kafka';
import { OrderReader } from '@jobstream/orders';
import {
  retryUntil,
  type ClockWatch,
  type Health,
  type HealthRegistry,
  type Logger,
  type ProcessErrors,
} from '@jobstream/runtime';
import { UniqueKeyMetrics } from '@jobstream/unique-keys';
import type { Registry } from 'prom-client';
import { SuspectGate } from '../admission/suspect-gate.js';
import type { Program } from '../apart/cell.js';
import { Cells } from '../apart/cells.js';
import { Cancellations } from '../attempt/cancellations.js';
import { RunningAttempts } from '../attempt/running-attempts.js';
import { StrayRejections } from '../attempt/stray-rejections.js';
import { ClaimStore } from '../claims/claim-store.js';
import { Claims } from '../claims/claims.js';
import { LogOutbox } from '../logs/log-outbox.js';
import { ThreadPool } from '../handlers/thread-pool.js';
import { signOfWorker, type WorkerIdentity } from '../signs/sign-of-worker.js';
import { SignSender } from '../signs/sign-sender.js';
import { addLoads } from '../slots/slot-queue.js';
import { LoopWatch } from './loop-watch.js';
import { healthOfQueues } from './queues-health.js';
import type { QueueWorkerHost, ServedQueue } from './queue-host.js';
import { queueParts, QueueWorker } from './queue-worker.js';
import { WorkerMetrics } from './worker-metrics.js';

export interface WorkerProcessOptions {
  /** The queue that it serves; where it may serve several, a name of its own that no queue has. Names its group and its connections. */
  readonly name: string;
  readonly topics: Topics;
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly producer: RecordProducer;
  readonly clockWatch: ClockWatch;
  /** Followed together with the orders. */
  readonly jobTypes: JobTypeReader;
  /** The queues that it can ever serve: the cancels of others are not kept. Default all. */
  readonly queues?: ReadonlySet<string>;
  /** The database of claims and limits. It is not connected to before a job needs one. */
  readonly database: DatabaseSettings;
  /** A claim is free again after this time without a renewal. The same in all workers of a queue. */
  readonly claimLeaseMs: number;
  readonly topicSize: TopicSize;
  /** The name of this process, different from that of every other. */
  readonly instance: string;
  /** How it names itself to people. */
  readonly identity: WorkerIdentity;
  /** The time that running handlers have to end when a queue is left. */
  readonly drainMs: number;
  /** The time that a handler has to return after it was told to stop. Default 5 s. */
  readonly graceMs?: number;
  /**
   * Suspects run in processes of this program, at most so many at a time, and isolated jobs as they ask. Default: suspects run in the
   * worker, isolated jobs fail.
   */
  readonly apart?: { readonly program: Program; readonly suspects: number } | undefined;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: HealthRegistry;
  /** The process ends once its event loop has stood still for so long; 0 for never. Default 0. */
  readonly loopStandMs?: number;
  readonly errors: ProcessErrors;
  /** Ends the process, after an error that only a restart can mend. */
  fatal(error: unknown): void;
}

/** The jobs that the line about the end of the process names. */
const maxNamed = 100;
const defaultGraceMs = 5_000;
const maxPauseMs = 5_000;

/**
 * Nest's transport for a worker: serves queues, each as a {@link QueueWorker}, with what they have in common. Queues may come and
 * go while it runs.
 *
 * States: starting (Kafka may be unreachable: it tries until it is not) → the orders are read and the broker's time is known → serving →
 * closing. It is ready once each queue has joined its group, and recovers by itself.
 *
 * Invariant: no queue consumes a record before the process knows all pauses, limits and cancels, and the time.
 */
export class WorkerProcess implements CustomTransportStrategy {
  private readonly queues = new Map<string, QueueWorker>();
  private readonly host: QueueWorkerHost;
  private readonly loopWatch: LoopWatch;
  private readonly signs: SignSender;
  private readonly orders: OrderReader;
  private readonly follower: TopicFollower;
  private readonly closing = new AbortController();
  private starting: Promise<void> | undefined;
  private isServing = false;

  constructor(private readonly options: WorkerProcessOptions) {
    const { topics, connection, producer, jobTypes, health } = options;
    producer.onTopicMade = (topic) => this.queues.forEach((queue) => queue.lookAgain(topic));
    this.orders = this.createOrders();
    this.follower = new TopicFollower({
      connection,
      parts: [this.orders, jobTypes],
      groupIdPrefix: `${topics.group(options.name)}.orders.`,
      onFatal: (error) => options.fatal(error),
    });
    this.host = this.createHost();
    this.loopWatch = this.watchLoop();
    this.signs = new SignSender({
      topic: topics.workers,
      id: options.identity.id,
      sign: () => this.sign(),
      send: (record) => producer.send(record),
      logger: options.logger,
    });
    const { errors } = options;
    errors.judgeRejection = (error) => this.host.strays.take(error);
    errors.describeWork = () => ({ jobs: this.host.running.idsHere(maxNamed) });
    health.add('orders', () => this.followerHealth());
    for (const part of queueParts)
      health.add(part, () =>
        healthOfQueues([...this.queues].map(([name, queue]) => [name, queue.health(part)])),
      );
    health.add('claims', () => this.host.claims.health());
  }

  /** Calls back at once and starts in the background. */
  listen(callback: () => void): void {
    this.starting = this.start().catch((error: unknown) => this.options.fatal(error));
    callback();
  }

  /** Serves one queue more, from when the process is ready to. @throws Error when it serves that queue already */
  serve(served: ServedQueue): void {
    const { name } = served.queue;
    if (this.queues.has(name)) throw new Error(`The queue "${name}" is served already.`);
    const queue = new QueueWorker(served, this.host);
    this.queues.set(name, queue);
    if (this.isServing) queue.start();
  }

  /**
   * Drains a queue and leaves its group; nothing happens where it is not served. The others go on.
   * @param drainMs the time that running handlers have to end. An attempt that takes longer may run twice at the same time, where the
   * queue is served again by then
   */
  async leave(name: string, drainMs = this.options.drainMs): Promise<void> {
    const queue = this.queues.get(name);
    await queue?.stop(drainMs);
    if (this.queues.get(name) === queue) this.queues.delete(name);
  }

  /**
   * Drains: takes no more records, gives running handlers `drainMs` to end, commits, leaves the groups. The application stops the
   * producer afterwards.
   */
  async close(): Promise<void> {
    this.closing.abort();
    this.options.clockWatch.stop();
    await Promise.all([this.follower.stop(), ...[...this.queues.values()].map((queue) => queue.stop())]);
    await this.starting;
    this.host.logs.close();
    this.signs.close();
    await this.host.claims.stop();
    const { database, threads, cells } = this.host;
    await Promise.all([database.close(), threads.close(), cells?.close(), this.loopWatch.stop()]);
  }

  private createHost(): QueueWorkerHost {
    const { options } = this;
    const { topics, connection, admin, producer, topicSize, instance, drainMs, logger, apart } = options;
    const running = new RunningAttempts();
    const suspectGate = new SuspectGate(apart?.suspects ?? 0);
    const database = new Database(options.database, {
      connections: 4,
      applicationName: `jobstream ${options.name}-worker`,
      // Leaves time for another try before a lease ends.
      statementTimeoutMs: Math.max(500, options.claimLeaseMs / 4),
    });
    return {
      topics,
      connection,
      admin,
      producer,
      topicSize,
      instance,
      drainMs,
      logger,
      database,
      graceMs: options.graceMs ?? defaultGraceMs,
      book: options.jobTypes.book,
      orders: this.orders.book,
      running,
      strays: new StrayRejections(running, logger),
      noteBlock: (job, type, ms) => this.loopWatch.noteHandler(job, type, ms),
      cancellations: new Cancellations(this.orders.cancels, running),
      claims: this.createClaims(database),
      threads: new ThreadPool(),
      suspectGate,
      logs: new LogOutbox({
        topic: topics.logs,
        worker: instance,
        send: (record) => producer.send(record),
        metrics: options.metrics,
        logger,
      }),
      cells: apart
        ? new Cells({ program: apart.program, logger, monotonic: () => performance.now() })
        : undefined,
      metrics: new WorkerMetrics(
        options.metrics,
        () => addLoads([...this.queues.values()].map((queue) => queue.load())),
        () => suspectGate,
      ),
      passed: (place) => this.follower.passed(place),
      fatal: (error) => options.fatal(error),
    };
  }

  private watchLoop(): LoopWatch {
    const { name, logger, loopStandMs = 0 } = this.options;
    const { running, metrics } = this.host;
    return new LoopWatch({
      running,
      logger,
      countBlock: (type) => metrics.countLoopBlock(type),
      standMs: loopStandMs,
      service: `${name}-worker`,
    });
  }

  private createClaims(database: Database): Claims {
    const { claimLeaseMs, metrics, logger } = this.options;
    const keys = UniqueKeyMetrics.of(metrics);
    return new Claims({
      metrics,
      logger,
      leaseMs: claimLeaseMs,
      store: new ClaimStore(database, claimLeaseMs, (count) => keys.countFreed('started', count)),
      prepare: () => migrate(this.options.database),
      monotonic: () => performance.now(),
    });
  }

  private createOrders(): OrderReader {
    const { topics, logger, queues } = this.options;
    return new OrderReader({
      logger,
      topics,
      ...(queues && { queues }),
      onCancel: (cancel) => this.host.cancellations.abort(cancel),
      onChange: () => this.queues.forEach((queue) => queue.applyOrders()),
    });
  }

  /** Reads no record before it knows which jobs not to start, and the time. */
  private async start(): Promise<void> {
    if (!(await this.makeTopics())) return;
    this.options.clockWatch.start();
    if (!(await this.follower.start()) || !(await this.awaitTime())) return;
    this.isServing = true;
    for (const queue of this.queues.values()) queue.start();
    this.signs.start();
  }

  private sign(): WorkerSign {
    const { running, suspectGate } = this.host;
    const names = [...this.queues.keys()].sort().slice(0, maxSignedQueues);
    return signOfWorker({
      identity: this.options.identity,
      startedAt: this.options.producer.brokerClock.now() - process.uptime() * 1_000,
      queueCount: this.queues.size,
      queues: names.map((name) => this.queues.get(name)!.standing()),
      runningCount: running.count,
      running: running.all(),
      suspects: suspectGate,
      memory: process.memoryUsage(),
    });
  }

  /** The topics that every process needs. @returns false when it is closed meanwhile */
  private async makeTopics(): Promise<boolean> {
    const { topics, topicSize, admin, logger } = this.options;
    const { signal } = this.closing;
    await retryUntil(() => admin.ensureTopics(topics.plan([], topicSize)), {
      signal,
      maxPauseMs,
      onFailure: (error) => logger.warn({ err: error }, 'Kafka unreachable: trying again'),
    });
    return !signal.aborted;
  }

  /** @returns false when it is closed meanwhile */
  private async awaitTime(): Promise<boolean> {
    const { signal } = this.closing;
    if (!signal.aborted)
      await Promise.race([this.options.producer.brokerClock.whenKnown(), once(signal, 'abort')]);
    return !signal.aborted;
  }

  private followerHealth(): Health {
    const { isRead, isJoined, fault } = this.follower.health();
    if (!isRead) return { ok: false, why: 'The orders and job types have not been read to their end yet.' };
    return fault === null ? { ok: true, detail: { following: isJoined } } : { ok: false, why: fault };
  }
}
