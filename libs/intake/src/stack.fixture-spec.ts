import { Topics } from '@jobstream/contracts';
import { JobTypeBook } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { Database, migrate, schemasOf, type DatabaseSettings } from '@jobstream/database';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { randomNamespace, stackAddress } from '@jobstream/testing';
import { AcceptedJobs } from './accepted-jobs.js';
import { JobIntake } from './job-intake.js';
import { IdempotencyKeys } from './keys/idempotency-keys.js';
import { KeyStore } from './keys/key-store.js';

/** Topics and schemas of their own for one test file, on the real broker and database. */
export class StackFixture {
  readonly namespace = randomNamespace();
  readonly topics = new Topics(this.namespace);
  readonly accepted = new AcceptedJobs();
  readonly database: Database;
  readonly producer: RecordProducer;
  readonly jobTypes = JobTypeBook.of(jobDefinitions);
  readonly intake: JobIntake;
  private readonly settings: DatabaseSettings;
  private readonly admin: TopicAdmin;

  constructor() {
    this.settings = { url: stackAddress('DATABASE_URL'), schemas: schemasOf(this.namespace) };
    this.database = new Database(this.settings);
    const connection = new KafkaConnection(kafkaSettingsFromEnv(process.env));
    this.admin = new TopicAdmin(connection);
    // No test of intake is about it, and a busy broker takes its time for thousands of records.
    this.producer = new RecordProducer(connection, { deadlineMs: 60_000 });
    this.intake = new JobIntake(this);
  }

  async start(): Promise<void> {
    await Promise.all([migrate(this.settings), this.producer.start(), this.ensureTopics()]);
  }

  /** Makes the topics that are not there. */
  async ensureTopics(): Promise<void> {
    await this.admin.ensureTopics(this.topics.plan(jobDefinitions, 'small'));
  }

  /** Removes a queue's topic; resolves once the broker takes no record for it any more. */
  async removeTopic(queue: string): Promise<void> {
    const topic = this.topics.requests(queue);
    await this.admin.deleteTopics([topic]);
    const record = { topic, key: '', value: '', headers: {} };
    while (!('error' in (await this.producer.sendAll([record]))[0]!));
  }

  async stop(): Promise<void> {
    await this.producer.stop();
    await this.admin.deleteTopics(
      (await this.admin.listTopics()).filter((topic) => this.topics.roleOf(topic) !== undefined),
    );
    await this.admin.stop();
    const { projection, operations } = this.database;
    await this.database.query({ text: `DROP SCHEMA ${projection}, ${operations} CASCADE` });
    await this.database.close();
  }

  /** Keys as another process of the platform has them. */
  keys(): IdempotencyKeys {
    return new IdempotencyKeys(new KeyStore(this.database, this.database.operations), () =>
      this.intake.drawId(),
    );
  }

  /** How many requests the queue's topic holds. */
  async requests(queue: string): Promise<number> {
    const topic = this.topics.requests(queue);
    const ends = (await this.admin.endOffsets([topic])).get(topic) ?? [];
    return ends.reduce((sum, end) => sum + end, 0);
  }
}
