import { Topics } from '@jobstream/contracts';
import { decodeRecord, type JobRecord } from '@jobstream/contracts/records';
import { JobTypeBook, JobTypeReader } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { Database, migrate, schemasOf, type DatabaseSettings } from '@jobstream/database';
import { JobIntake, UniqueJobs } from '@jobstream/intake';
import {
  KafkaConnection,
  kafkaSettingsFromEnv,
  RecordProducer,
  TopicAdmin,
  type IncomingRecord,
} from '@jobstream/kafka';
import { createLogger } from '@jobstream/runtime';
import { publishJobTypes, randomNamespace, readTopics, stackAddress } from '@jobstream/testing';
import { Registry } from 'prom-client';
import { Scheduler } from './scheduler.js';
import { SchedulingMetrics } from './scheduling-metrics.js';

/** A request as the log has it. */
export type LoggedRequest = JobRecord & { readonly at: IncomingRecord };

/** Topics and schemas of their own for one test file, on the real broker and database. */
export class StackFixture {
  readonly namespace = randomNamespace();
  readonly topics = new Topics(this.namespace);
  readonly logger = createLogger('scheduling test', 'silent');
  readonly metrics = new SchedulingMetrics(new Registry());
  readonly database: Database;
  readonly connection: KafkaConnection;
  readonly producer: RecordProducer;
  readonly jobTypes = JobTypeBook.of(jobDefinitions);
  readonly intake: JobIntake;
  readonly admin: TopicAdmin;
  private readonly settings: DatabaseSettings;
  private readonly running = new Map<Scheduler, NodeJS.Timeout>();

  /** @param url of a database; default the test run's */
  constructor(url = stackAddress('DATABASE_URL')) {
    this.settings = { url, schemas: schemasOf(this.namespace) };
    this.database = new Database(this.settings);
    this.connection = new KafkaConnection(kafkaSettingsFromEnv(process.env));
    this.admin = new TopicAdmin(this.connection);
    this.producer = new RecordProducer(this.connection);
    const uniqueJobs = new UniqueJobs(this.database, this.producer.brokerClock, new Registry());
    this.intake = new JobIntake({ ...this, uniqueJobs });
  }

  async start(): Promise<void> {
    await Promise.all([migrate(this.settings), this.producer.start(), this.makeTopics()]);
    await publishJobTypes(this.producer, this.topics, jobDefinitions);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.keys()].map((scheduler) => this.stopScheduler(scheduler)));
    await this.producer.stop();
    await this.admin.deleteTopics(
      (await this.admin.listTopics()).filter((topic) => this.topics.roleOf(topic) !== undefined),
    );
    await this.admin.stop();
    const { projection, operations } = this.database;
    await this.database.query({ text: `DROP SCHEMA ${projection}, ${operations} CASCADE` });
    await this.database.close();
  }

  /** A scheduler that runs until {@link stop}. */
  startScheduler(): Scheduler {
    const { connection, database, topics, intake, logger } = this;
    const scheduler = new Scheduler({
      connection,
      database,
      topics,
      intake,
      jobTypes: new JobTypeReader(topics, logger),
      logger,
      producer: this.producer,
      metrics: new Registry(),
      prepare: async () => undefined,
      onFatal: (error) => {
        throw error;
      },
    });
    this.running.set(
      scheduler,
      setInterval(() => scheduler.tick(), 10),
    );
    return scheduler;
  }

  async stopScheduler(scheduler: Scheduler): Promise<void> {
    clearInterval(this.running.get(scheduler));
    this.running.delete(scheduler);
    await scheduler.stop();
  }

  /** Every request on these topics now. */
  async requests(...topics: string[]): Promise<LoggedRequest[]> {
    return (await readTopics(topics)).map((at) => {
      const record = decodeRecord(at.value, at.headers);
      if ('fault' in record) throw new Error(record.detail);
      return { ...record, at };
    });
  }

  async rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const { operations } = this.database;
    return (await this.database.query<Row>({ text: text.replaceAll('$schema', operations), values })).rows;
  }

  private makeTopics(): Promise<unknown> {
    return this.admin.ensureTopics(this.topics.plan(jobDefinitions, 'small'));
  }
}
