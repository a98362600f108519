import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Topics } from '@jobstream/contracts';
import { jobDefinitions } from '@jobstream/jobs';
import {
  Database,
  DatabaseClock,
  databaseSettingsFromEnv,
  migrate,
  type DatabaseSettings,
} from '@jobstream/database';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { Projector, Rebuilder } from '@jobstream/projection';
import { ClockWatch, type ProcessContext } from '@jobstream/runtime';
import { ProjectorMetrics } from './projector-metrics.js';

/** A statement holds a whole batch; one that takes longer than this is lost. */
const statementTimeoutMs = 20_000;

/** The projector and the rebuilder with their connections, begun and stopped with the application. */
export class ProjectorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly topics: Topics;
  private readonly databaseSettings: DatabaseSettings;
  private readonly database: Database;
  private readonly connection: KafkaConnection;
  private readonly projector: Projector;
  private readonly rebuilder: Rebuilder;
  /** Asks the broker for its time, and produces nothing else. */
  private readonly producer: RecordProducer;
  private readonly clockWatch: ClockWatch;

  /** @throws SettingsError, KafkaSettingsError, DatabaseSettingsError */
  constructor(private readonly context: ProcessContext) {
    const { environment, settings, logger, health, fatal } = context;
    this.topics = new Topics(settings.JOBSTREAM_NAMESPACE);
    this.databaseSettings = databaseSettingsFromEnv(environment);
    this.database = new Database(this.databaseSettings, {
      applicationName: 'jobstream projector',
      connections: 3,
      statementTimeoutMs,
    });
    this.connection = new KafkaConnection(
      {
        ...kafkaSettingsFromEnv(environment),
        logger: (level, message, about) => logger[level](about, message),
      },
      context.metrics,
    );
    this.producer = new RecordProducer(this.connection);
    this.clockWatch = this.watchClocks();
    const metrics = new ProjectorMetrics(context.metrics, {
      lag: () => this.projector.lag(),
      clock: this.producer.brokerClock,
    });
    this.projector = new Projector({
      connection: this.connection,
      database: this.database,
      topics: this.topics,
      logger,
      prepare: () => this.prepare(),
      onFatal: fatal,
      onWritten: (batch) => metrics.count(batch),
    });
    this.rebuilder = new Rebuilder({
      connection: this.connection,
      settings: this.databaseSettings,
      topics: this.topics,
      logger,
    });
    health.add('projector', () => this.projector.health());
    health.add('clock', () => this.clockWatch.health());
  }

  onApplicationBootstrap(): void {
    this.projector.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.clockWatch.stop();
    await Promise.all([this.rebuilder.stop(), this.projector.stop(), this.producer.stop()]);
    await this.database.close();
  }

  /** The schemas and the topics, whichever process comes first. Rebuilds need them too. */
  private async prepare(): Promise<void> {
    await migrate(this.databaseSettings);
    const admin = new TopicAdmin(this.connection);
    try {
      await admin.ensureTopics(this.topics.plan(jobDefinitions, this.context.settings.JOBSTREAM_TOPIC_SIZE));
    } finally {
      await admin.stop();
    }
    this.rebuilder.start();
    await this.producer.start();
    this.clockWatch.start();
  }

  /** Rows are of use whatever the time is: only how old they are is counted from it. */
  private watchClocks(): ClockWatch {
    const { logger, metrics } = this.context;
    const databaseClock = new DatabaseClock(this.database);
    const broker = {
      clock: this.producer.brokerClock,
      isNeeded: false,
      ask: () => this.producer.askTime(this.topics.clock),
    };
    const postgres = { clock: databaseClock, isNeeded: false, ask: () => databaseClock.ask() };
    return new ClockWatch({ clocks: { broker, postgres }, logger, metrics });
  }
}
