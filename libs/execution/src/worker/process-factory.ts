import { Inject, Injectable } from '@nestjs/common';
import { Topics } from '@jobstream/contracts';
import type { DatabaseSettings } from '@jobstream/database';
import { JobTypeReader } from '@jobstream/job-types';
import { KafkaConnection, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { contextToken, databaseSettingsToken } from '@jobstream/platform';
import { ClockWatch, readSettings, type ProcessContext } from '@jobstream/runtime';
import { z } from 'zod';
import { defaultLeaseMs } from '../claims/claim-store.js';
import { findProgram } from './program.js';
import { WorkerProcess, type WorkerProcessOptions } from './worker-process.js';

/** `LOOP_STAND_SECONDS`: the process ends once its event loop has stood still for so long; 0 for never. */
export const loopSettings = z.object({ LOOP_STAND_SECONDS: z.coerce.number().min(0).max(3_600).default(30) });

const processSettings = loopSettings.extend({
  CLAIM_LEASE_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3_600)
    .default(defaultLeaseMs / 1_000),
});

/** Makes the {@link WorkerProcess} of an application of what the platform has. Settings: `CLAIM_LEASE_SECONDS`, `LOOP_STAND_SECONDS`. */
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
    const { environment, settings, logger, metrics, health, instance, errors, fatal } = this.context;
    const { id, service } = this.context;
    const { database, topics, connection, admin, producer, clockWatch, jobTypes } = this;
    const { CLAIM_LEASE_SECONDS, LOOP_STAND_SECONDS } = readSettings(processSettings, environment);
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
      identity: { id, service, program: findProgram() },
      errors,
      fatal,
      loopStandMs: LOOP_STAND_SECONDS * 1_000,
      claimLeaseMs: CLAIM_LEASE_SECONDS * 1_000,
      topicSize: settings.JOBSTREAM_TOPIC_SIZE,
      drainMs: settings.DRAIN_SECONDS * 1_000,
    });
  }
}
