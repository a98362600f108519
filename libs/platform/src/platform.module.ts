import {
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Topics } from '@jobstream/contracts';
import {
  Database,
  DatabaseClock,
  databaseSettingsFromEnv,
  type DatabaseOptions,
  type DatabaseSettings,
} from '@jobstream/database';
import {
  BrokerClock,
  KafkaConnection,
  kafkaSettingsFromEnv,
  LogReader,
  RecordProducer,
  TopicAdmin,
} from '@jobstream/kafka';
import { JobTypeBook, JobTypeReader } from '@jobstream/job-types';
import { ClockWatch, HealthRegistry, type ProcessContext, type WatchedClock } from '@jobstream/runtime';
import { Registry } from 'prom-client';
import { Preparation } from './preparation.js';
import { provide } from './provide.js';
import { contextToken, databaseSettingsToken, loggerToken, tokenOf, topicPlanToken } from './tokens.js';

/** How a process differs from others in what it has from the platform. */
export interface PlatformOptions {
  /** Of the connections to Postgres. They are named after the service. */
  readonly database?: Omit<DatabaseOptions, 'applicationName'> | undefined;
  /** The clocks that are watched. The process is not ready before it has heard those that are needed. */
  readonly clocks: Readonly<Partial<Record<'broker' | 'postgres', 'needed' | 'watched'>>>;
}

const optionsToken = tokenOf<PlatformOptions>('PlatformOptions');

/** Made when the application starts. None of them needs Kafka or Postgres to be there yet. */
const providers: FactoryProvider[] = [
  { provide: loggerToken, inject: [contextToken], useFactory: ({ logger }: ProcessContext) => logger },
  { provide: HealthRegistry, inject: [contextToken], useFactory: ({ health }: ProcessContext) => health },
  { provide: Registry, inject: [contextToken], useFactory: ({ metrics }: ProcessContext) => metrics },
  {
    provide: Topics,
    inject: [contextToken],
    useFactory: ({ settings }: ProcessContext) => new Topics(settings.JOBSTREAM_NAMESPACE),
  },
  {
    provide: topicPlanToken,
    inject: [contextToken, Topics],
    useFactory: ({ settings }: ProcessContext, topics: Topics) =>
      topics.plan([], settings.JOBSTREAM_TOPIC_SIZE),
  },
  provide(JobTypeReader, [Topics, loggerToken]),
  { provide: JobTypeBook, inject: [JobTypeReader], useFactory: ({ book }: JobTypeReader) => book },
  { provide: KafkaConnection, inject: [contextToken], useFactory: connectToKafka },
  provide(TopicAdmin, [KafkaConnection]),
  provide(LogReader, [KafkaConnection]),
  {
    provide: RecordProducer,
    inject: [contextToken, KafkaConnection, Topics, JobTypeBook],
    useFactory: startProducer,
  },
  {
    provide: BrokerClock,
    inject: [RecordProducer],
    useFactory: (producer: RecordProducer) => producer.brokerClock,
  },
  {
    provide: databaseSettingsToken,
    inject: [contextToken],
    useFactory: ({ environment }: ProcessContext) => databaseSettingsFromEnv(environment),
  },
  {
    provide: Database,
    inject: [contextToken, optionsToken, databaseSettingsToken],
    useFactory: connectToPostgres,
  },
  provide(DatabaseClock, [Database]),
  {
    provide: ClockWatch,
    inject: [contextToken, optionsToken, Topics, RecordProducer, DatabaseClock],
    useFactory: watchClocks,
  },
  provide(Preparation, [databaseSettingsToken, TopicAdmin, topicPlanToken]),
];

/**
 * What every process of the platform has: its context, Kafka, Postgres, the clocks. Everything is injected by its class, or by
 * a token of `tokens.ts`. Settings: `KAFKA_*`, `DATABASE_URL` and the common ones.
 *
 * Nest stops an application in this order, and each step is over before the next begins:
 * 1. `onModuleDestroy`: nothing new is begun. The clocks are not asked any more.
 * 2. `beforeApplicationShutdown`: the application finishes what runs.
 * 3. The HTTP server closes, where there is one.
 * 4. `onApplicationShutdown`: the application stops its readers; then the platform stops: the producer first, since its last
 *    records may still be on their way, then every connection. Postgres goes with them.
 */
@Module({})
export class PlatformModule implements OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly clockWatch: ClockWatch,
    private readonly producer: RecordProducer,
    private readonly admin: TopicAdmin,
    private readonly logReader: LogReader,
    private readonly database: Database,
  ) {}

  static of(options: PlatformOptions): DynamicModule {
    const optionsProvider = { provide: optionsToken, useValue: options };
    return {
      module: PlatformModule,
      global: true,
      providers: [optionsProvider, ...providers],
      exports: providers.map((provider) => provider.provide),
    };
  }

  onModuleDestroy(): void {
    this.clockWatch.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.producer.stop();
    await Promise.all([this.admin.stop(), this.logReader.close(), this.database.close()]);
  }
}

function connectToKafka({ environment, logger, metrics }: ProcessContext): KafkaConnection {
  const settings = kafkaSettingsFromEnv(environment);
  return new KafkaConnection(
    { ...settings, logger: (level, message, about) => logger[level](about, message) },
    metrics,
  );
}

async function startProducer(
  { metrics, settings }: ProcessContext,
  connection: KafkaConnection,
  topics: Topics,
  jobTypes: JobTypeBook,
): Promise<RecordProducer> {
  const producer = new RecordProducer(connection, {
    metrics,
    topics: () => topics.plan(jobTypes.rules(), settings.JOBSTREAM_TOPIC_SIZE),
  });
  await producer.start();
  return producer;
}

function connectToPostgres(
  { service }: ProcessContext,
  { database }: PlatformOptions,
  settings: DatabaseSettings,
): Database {
  return new Database(settings, { ...database, applicationName: `jobstream ${service}` });
}

function watchClocks(
  { logger, metrics, health }: ProcessContext,
  { clocks }: PlatformOptions,
  topics: Topics,
  producer: RecordProducer,
  databaseClock: DatabaseClock,
): ClockWatch {
  const watched: Record<string, WatchedClock> = {};
  if (clocks.broker)
    watched.broker = {
      clock: producer.brokerClock,
      isNeeded: clocks.broker === 'needed',
      ask: () => producer.askTime(topics.clock),
    };
  if (clocks.postgres)
    watched.postgres = {
      clock: databaseClock,
      isNeeded: clocks.postgres === 'needed',
      ask: () => databaseClock.ask(),
    };
  const watch = new ClockWatch({ clocks: watched, logger, metrics });
  health.add('clock', () => watch.health());
  return watch;
}
