import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Topics, type TopicPlan } from '@jobstream/contracts';
import { jobDefinitions } from '@jobstream/jobs';
import {
  Database,
  DatabaseClock,
  databaseSettingsFromEnv,
  migrate,
  type DatabaseSettings,
} from '@jobstream/database';
import { JobIntake } from '@jobstream/intake';
import {
  describeTroubles,
  KafkaConnection,
  kafkaSettingsFromEnv,
  RecordProducer,
  TopicAdmin,
} from '@jobstream/kafka';
import { JobQueries, LogEnds, ProjectionProgress } from '@jobstream/projection';
import { ReplayRunner } from '@jobstream/replay';
import { ClockWatch, type ProcessContext } from '@jobstream/runtime';
import { Scheduler } from '@jobstream/scheduling';

const tickMs = 25;

/** The scheduler and the runner of replays with their connections: they go on as long as the application lives. */
@Injectable()
export class SchedulerService implements BeforeApplicationShutdown {
  private readonly topics: Topics;
  private readonly plan: readonly TopicPlan[];
  private readonly databaseSettings: DatabaseSettings;
  private readonly database: Database;
  private readonly connection: KafkaConnection;
  private readonly admin: TopicAdmin;
  private readonly producer: RecordProducer;
  private readonly scheduler: Scheduler;
  private readonly replays: ReplayRunner;
  private readonly clockWatch: ClockWatch;

  /** @throws SettingsError, KafkaSettingsError, DatabaseSettingsError */
  constructor(context: ProcessContext) {
    const { environment, settings, logger, metrics, health } = context;
    this.topics = new Topics(settings.JOBSTREAM_NAMESPACE);
    this.databaseSettings = databaseSettingsFromEnv(environment);
    this.database = new Database(this.databaseSettings, { applicationName: 'jobstream scheduler' });
    this.connection = new KafkaConnection(
      {
        ...kafkaSettingsFromEnv(environment),
        logger: (level, message, about) => logger[level](about, message),
      },
      metrics,
    );
    this.plan = this.topics.plan(jobDefinitions, settings.JOBSTREAM_TOPIC_SIZE);
    this.producer = new RecordProducer(this.connection, { metrics, topics: this.plan });
    this.admin = new TopicAdmin(this.connection);
    const { connection, database, topics } = this;
    const intake = new JobIntake({ producer: this.producer, topics });
    const progress = new ProjectionProgress(database);
    const ends = LogEnds.ofAll(this.admin, topics);
    this.replays = new ReplayRunner({
      connection,
      database,
      intake,
      logger,
      projection: {
        queries: new JobQueries(database),
        waitUntilCurrent: (timeoutMs) => progress.waitUntilCurrent(ends, timeoutMs),
      },
    });
    this.scheduler = new Scheduler({
      connection,
      database,
      topics,
      intake,
      logger,
      metrics,
      producer: this.producer,
      prepare: () => this.prepare(),
      onFatal: (error) => context.fatal(error),
    });
    health.add('scheduler', () => this.scheduler.health());
    health.add('topics', () => ({ ok: true, detail: describeTroubles(this.producer.troubles.list()) }));
    this.clockWatch = this.watchClocks(context);
    health.add('clock', () => this.clockWatch.health());
  }

  @Interval('scheduler', tickMs)
  tick(): void {
    this.scheduler.tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.clockWatch.stop();
    await Promise.all([this.scheduler.stop(), this.replays.stop()]);
    await Promise.all([this.producer.stop(), this.admin.stop()]);
    await this.database.close();
  }

  /** The schemas and the topics, whichever process comes first. */
  private async prepare(): Promise<void> {
    await this.producer.start();
    await migrate(this.databaseSettings);
    await this.admin.ensureTopics(this.plan);
    this.clockWatch.start();
    await this.producer.askTime(this.topics.clock);
    this.replays.start();
  }

  /** Postgres says what is due, the broker dates what is produced. */
  private watchClocks({ logger, metrics }: ProcessContext): ClockWatch {
    const { producer, topics } = this;
    const databaseClock = new DatabaseClock(this.database);
    const broker = {
      clock: producer.brokerClock,
      isNeeded: true,
      ask: () => producer.askTime(topics.clock),
    };
    const postgres = { clock: databaseClock, isNeeded: true, ask: () => databaseClock.ask() };
    return new ClockWatch({ clocks: { broker, postgres }, logger, metrics });
  }
}
