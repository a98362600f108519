import { Inject, Injectable } from '@nestjs/common';
import { Topics } from '@jobstream/contracts';
import type { DatabaseSettings } from '@jobstream/database';
import { JobTypeReader } from '@jobstream/job-types';
import { KafkaConnection, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { contextToken, databaseSettingsToken } from '@jobstream/platform';
import { ClockWatch, readSettings, type ProcessContext } from '@jobstream/runtime';
import { z } from 'zod';
import { defaultLeaseMs } from '../claims/claim-store.js';
import { WorkerProcess, type WorkerProcessOptions } from './worker-process.js';

const claimSettings = z.object({
  CLAIM_LEASE_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3_600)
    .default(defaultLeaseMs / 1_000),
});

/** Makes the {@link WorkerProcess} of an application of what the platform has. Setting: `CLAIM_LEASE_SECONDS`. */
@Injectable()
export class ProcessFactory {
  constructor(
    @Inject(contextToken) private readonly context: ProcessContext,
    @Inject(databaseSettingsToken) private readonly database: DatabaseSettings,
    private readonly topics: Topics,
    private readonly connection: KafkaConnection,
    private readonly admin: TopicAdmin,
    private readonly producer: RecordProducer,
    private readonly clockWatch: ClockWatch,
    private readonly jobTypes: JobTypeReader,
  ) {}

  /** @throws SettingsError */
  create(named: Pick<WorkerProcessOptions, 'name' | 'queues' | 'apart'>): WorkerProcess {
    const { environment, settings, logger, metrics, health, instance, fatal } = this.context;
    const { database, topics, connection, admin, producer, clockWatch, jobTypes } = this;
    const { CLAIM_LEASE_SECONDS } = readSettings(claimSettings, environment);
    return new WorkerProcess({
      ...named,
      topics,
      connection,
      admin,
      producer,
      clockWatch,
      jobTypes,
      database,
      logger,
      metrics,
      health,
      instance,
      fatal,
      claimLeaseMs: CLAIM_LEASE_SECONDS * 1_000,
      topicSize: settings.JOBSTREAM_TOPIC_SIZE,
      drainMs: settings.DRAIN_SECONDS * 1_000,
    });
  }
}
