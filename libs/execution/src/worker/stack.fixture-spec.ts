import type { Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { type HandlerOf, type JobDefinition, Topics, newJobId } from '@jobstream/contracts';
import { decodeRecord, encodeRecord, type JobRecord, type JobRequest } from '@jobstream/contracts/records';
import { Database, databaseSettingsFromEnv, schemasOf } from '@jobstream/database';
import {
  KafkaConnection,
  kafkaSettingsFromEnv,
  RecordProducer,
  TailConsumer,
  TopicAdmin,
  type IncomingRecord,
  type RecordReceipt,
} from '@jobstream/kafka';
import type { ProcessContext } from '@jobstream/runtime';
import { processContext, randomNamespace } from '@jobstream/testing';
import { JobHandler } from '../handlers/job-handler.js';
import { serveWorker } from './start-worker.js';

/** A job's record as it stands in the log. */
export interface LoggedRecord {
  readonly at: IncomingRecord;
  readonly job: JobRecord;
}

/** A worker in this process. `instance` is how its records name it. */
export interface TestedWorker extends Pick<ProcessContext, 'instance' | 'health' | 'metrics'> {
  stop(): Promise<void>;
}

/** Topics of their own on the real broker, workers on them, and everything that is written there. */
export class StackFixture {
  readonly namespace = randomNamespace();
  readonly topics = new Topics(this.namespace);
  readonly records: IncomingRecord[] = [];
  readonly connection: KafkaConnection;
  readonly producer: RecordProducer;
  readonly admin: TopicAdmin;
  private readonly tail: TailConsumer;
  private readonly workers: TestedWorker[] = [];
  private readonly byJob = new Map<string, LoggedRecord[]>();
  private watchers: { check: () => boolean; resolve: () => void }[] = [];
  private failed: Error | undefined;

  private readonly environment: Readonly<Record<string, string | undefined>>;

  /** @param more environment, e.g. the address of another broker than that of the test run */
  constructor(
    private readonly definitions: readonly JobDefinition[],
    more: Readonly<Record<string, string>> = {},
  ) {
    this.environment = { ...process.env, ...more };
    const connection = new KafkaConnection(kafkaSettingsFromEnv(this.environment));
    this.connection = connection;
    this.producer = new RecordProducer(connection);
    this.admin = new TopicAdmin(connection);
    this.tail = new TailConsumer(connection, {
      topics: async () => (await this.admin.listTopics()).filter((topic) => this.topics.roleOf(topic)),
      from: 'start',
      onRecords: (records) => {
        this.records.push(...records);
        this.keep(records);
        this.look();
      },
      onFatal: (error) => (this.failed = error),
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.producer.start(), this.admin.start()]);
    await this.admin.ensureTopics(this.topics.plan(this.definitions, 'small'));
    await this.tail.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.tail.stop();
    await this.producer.stop();
    await this.admin.deleteTopics(
      (await this.admin.listTopics()).filter((topic) => this.topics.roleOf(topic) !== undefined),
    );
    await this.admin.stop();
    await this.dropSchemas();
    if (this.failed) throw this.failed;
  }

  /** Workers make them for the first job that needs a claim. */
  private async dropSchemas(): Promise<void> {
    const database = new Database({
      ...databaseSettingsFromEnv(this.environment),
      schemas: schemasOf(this.namespace),
    });
    const { projection, operations } = database;
    await database.query({ text: `DROP SCHEMA IF EXISTS ${projection}, ${operations} CASCADE` });
    await database.close();
  }

  /** Starts a worker with these handlers, all of one queue, and waits until it is ready. */
  async startWorker(...asked: Parameters<StackFixture['launchWorker']>): Promise<TestedWorker> {
    const worker = await this.launchWorker(...asked);
    await this.ready(worker);
    return worker;
  }

  /** Starts a worker that may never become ready. */
  async launchWorker(
    handlers: Type[],
    options: { concurrency?: number; owner?: string; environment?: Record<string, string> } = {},
  ): Promise<TestedWorker> {
    @Module({ providers: handlers })
    class HandlersModule {}
    const environment = {
      ...this.environment,
      JOBSTREAM_NAMESPACE: this.namespace,
      JOBSTREAM_TOPIC_SIZE: 'small',
      DRAIN_SECONDS: '10',
      ...options.environment,
    };
    const context = processContext(environment, (error) => (this.failed = error as Error));
    const { queue } = this.definitions[0]!;
    const stop = await serveWorker(
      {
        queues: [queue],
        module: HandlersModule,
        concurrency: options.concurrency ?? 20,
        owner: options.owner ?? 'test-worker',
      },
      context,
    );
    let stopped: Promise<void> | undefined;
    const worker = { ...context, stop: () => (stopped ??= stop()) };
    this.workers.push(worker);
    return worker;
  }

  async ready({ health }: TestedWorker): Promise<void> {
    while (!(await health.report()).ready) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Writes a request as intake does. */
  async submit(
    definition: JobDefinition,
    payload: unknown,
    more: Partial<JobRequest> = {},
  ): Promise<RecordReceipt & { readonly id: string }> {
    const value = this.requestOf(definition, payload, more);
    const record = encodeRecord({ run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued', value });
    const receipt = await this.producer.send({
      topic: this.topics.requests(definition.queue.name),
      ...record,
    });
    return { ...receipt, id: value.id };
  }

  requestOf(definition: JobDefinition, payload: unknown, more: Partial<JobRequest> = {}): JobRequest {
    return {
      v: 1,
      id: newJobId(),
      type: definition.type,
      queue: definition.queue.name,
      payload,
      priority: 'normal',
      maxAttempts: definition.maxAttempts,
      ...more,
    };
  }

  /** The records of a job so far, in the order they were seen; of one phase if given. */
  of(id: string, phase?: JobRecord['phase']): LoggedRecord[] {
    const records = this.byJob.get(id) ?? [];
    return phase === undefined ? records : records.filter(({ job }) => job.phase === phase);
  }

  on(topic: string): IncomingRecord[] {
    return this.records.filter((record) => record.topic === topic);
  }

  /** Resolves once `check` holds, looking at every record that comes. */
  async until(check: () => boolean, what: string, limitMs = 120_000): Promise<void> {
    if (check()) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Waited ${limitMs} ms for ${what}.`)), limitMs);
    });
    const found = new Promise<void>((resolve) => this.watchers.push({ check, resolve }));
    await Promise.race([found, late]).finally(() => clearTimeout(timer));
  }

  /** The job's final record on the events. */
  async succeeded(id: string): Promise<LoggedRecord> {
    await this.until(() => this.of(id, 'succeeded').length > 0, `job ${id} to succeed`);
    return this.of(id, 'succeeded')[0]!;
  }

  async deadLettered(id: string): Promise<LoggedRecord> {
    await this.until(() => this.of(id, 'dead_lettered').length > 0, `job ${id} to be dead-lettered`);
    return this.of(id, 'dead_lettered')[0]!;
  }

  /** How many records of these topics the queue's workers have committed. */
  async committed(topic: string, queue: string): Promise<number> {
    const commits = (await this.admin.committed(this.topics.group(queue), [topic])).get(topic) ?? [];
    return commits.reduce<number>((sum, offset) => sum + (offset ?? 0), 0);
  }

  private keep(records: readonly IncomingRecord[]): void {
    for (const at of records) {
      const job = decodeRecord(at.value, at.headers);
      if ('fault' in job) continue;
      const { id } = job.value;
      this.byJob.set(id, [...(this.byJob.get(id) ?? []), { at, job }]);
    }
  }

  private look(): void {
    this.watchers = this.watchers.filter(({ check, resolve }) => {
      const holds = check();
      if (holds) resolve();
      return !holds;
    });
  }
}

/** A handler of a definition that does what the function says. */
export function handlerOf<D extends JobDefinition>(definition: D, handle: HandlerOf<D>['handle']): Type {
  @JobHandler(definition)
  class TestHandler implements HandlerOf<D> {
    handle = handle;
  }
  return TestHandler;
}
