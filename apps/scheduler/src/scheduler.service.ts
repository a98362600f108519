import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Topics } from '@jobstream/contracts';
import { Database } from '@jobstream/database';
import { FlowCoordinator } from '@jobstream/flows';
import { JobIntake } from '@jobstream/intake';
import { JobTypeReader } from '@jobstream/job-types';
import { describeTroubles, KafkaConnection, RecordProducer } from '@jobstream/kafka';
import { contextToken, Preparation } from '@jobstream/platform';
import { ReplayRunner } from '@jobstream/replay';
import { ClockWatch, type ProcessContext } from '@jobstream/runtime';
import { Scheduler } from '@jobstream/scheduling';
import { showHeldKeys } from '@jobstream/unique-keys';
import { WebhookFollower } from '@jobstream/webhooks';

const tickMs = 25;

/** Runs the scheduler as long as the application lives, and replays, webhooks and flows as soon as their tables exist. */
@Injectable()
export class SchedulerService implements BeforeApplicationShutdown {
  private readonly scheduler: Scheduler;

  constructor(
    @Inject(contextToken) { logger, metrics, health, fatal }: ProcessContext,
    connection: KafkaConnection,
    database: Database,
    intake: JobIntake,
    jobTypes: JobTypeReader,
    private readonly topics: Topics,
    private readonly producer: RecordProducer,
    private readonly clockWatch: ClockWatch,
    private readonly preparation: Preparation,
    private readonly replays: ReplayRunner,
    private readonly webhooks: WebhookFollower,
    private readonly flows: FlowCoordinator,
  ) {
    this.scheduler = new Scheduler({
      connection,
      database,
      topics,
      intake,
      jobTypes,
      producer,
      logger,
      metrics,
      prepare: () => this.prepare(),
      onFatal: fatal,
    });
    showHeldKeys(metrics, database);
    health.add('scheduler', () => this.scheduler.health());
    health.add('webhooks', () => this.webhooks.health());
    health.add('flows', () => this.flows.health());
    health.add('topics', () => ({ ok: true, detail: describeTroubles(producer.troubles.list()) }));
  }

  @Interval('scheduler', tickMs)
  tick(): void {
    this.scheduler.tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.scheduler.stop(), this.replays.stop(), this.webhooks.stop(), this.flows.stop()]);
  }

  private async prepare(): Promise<void> {
    await this.preparation.prepare();
    this.clockWatch.start();
    await this.producer.askTime(this.topics.clock);
    this.replays.start();
    this.webhooks.start();
    this.flows.start();
  }
}
