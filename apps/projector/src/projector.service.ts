import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Topics } from '@jobstream/contracts';
import { Database } from '@jobstream/database';
import { BrokerClock, KafkaConnection } from '@jobstream/kafka';
import { contextToken, Preparation } from '@jobstream/platform';
import { Projector, Rebuilder } from '@jobstream/projection';
import { ClockWatch, type ProcessContext } from '@jobstream/runtime';
import { ProjectorMetrics } from './projector-metrics.js';

/** Runs the projector from the start of the application to its end, and the rebuilder as soon as the schemas exist. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly projector: Projector;

  constructor(
    @Inject(contextToken) { logger, health, metrics: registry, fatal }: ProcessContext,
    connection: KafkaConnection,
    database: Database,
    topics: Topics,
    brokerClock: BrokerClock,
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
    health.add('projector', () => this.projector.health());
  }

  onApplicationBootstrap(): void {
    this.projector.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.rebuilder.stop(), this.projector.stop()]);
  }

  private async prepare(): Promise<void> {
    await this.preparation.prepare();
    this.rebuilder.start();
    this.clockWatch.start();
  }
}
