import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Topics } from '@jobstream/contracts';
import { Database } from '@jobstream/database';
import { JobTypeReader } from '@jobstream/job-types';
import { BrokerClock, KafkaConnection, TopicAdmin } from '@jobstream/kafka';
import { contextToken, Preparation } from '@jobstream/platform';
import { JobLogSink, Projector, Rebuilder } from '@jobstream/projection';
import { ClockWatch, type ProcessContext } from '@jobstream/runtime';
import { SearchDeclarations } from './search-declarations.js';
import { ProjectorMetrics } from './projector-metrics.js';

/** Runs the projector, and the sink of what handlers log, from the start of the application to its end, and the rebuilder as soon as the schemas exist. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly projector: Projector;
  private readonly logs: JobLogSink;
  private readonly search: SearchDeclarations;

  constructor(
    @Inject(contextToken) { logger, health, metrics: registry, fatal }: ProcessContext,
    connection: KafkaConnection,
    database: Database,
    topics: Topics,
    brokerClock: BrokerClock,
    admin: TopicAdmin,
    jobTypes: JobTypeReader,
    private readonly clockWatch: ClockWatch,
    private readonly preparation: Preparation,
    private readonly rebuilder: Rebuilder,
  ) {
    const metrics = new ProjectorMetrics(registry, { lag: () => this.projector.lag(), clock: brokerClock });
    this.projector = new Projector({
      connection,
      database,
      topics,
      logger,
      prepare: () => this.prepare(),
      onFatal: fatal,
      onWritten: (batch) => metrics.count(batch),
    });
    this.logs = new JobLogSink({
      connection,
      admin,
      database,
      topics,
      logger,
      prepare: () => this.preparation.prepare(),
      onFatal: fatal,
    });
    this.search = new SearchDeclarations({ connection, database, topics, jobTypes, logger, onFatal: fatal });
    health.add('projector', () => this.projector.health());
    health.add('job_logs', () => this.logs.health());
  }

  onApplicationBootstrap(): void {
    this.projector.start();
    this.logs.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.rebuilder.stop(), this.projector.stop(), this.logs.stop(), this.search.stop()]);
  }

  private async prepare(): Promise<void> {
    await this.preparation.prepare();
    this.rebuilder.start();
    this.search.start();
    this.clockWatch.start();
  }
}
