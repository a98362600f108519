import { Module } from '@nestjs/common';
import { CallSender, callSettings } from '@jobstream/calls';
import { Database } from '@jobstream/database';
import { EndpointSecrets, FailingServers } from '@jobstream/endpoints';
import { concurrencySetting, ProcessFactory, WorkerProcess } from '@jobstream/execution';
import { PlatformModule, provide, provideFrom } from '@jobstream/platform';
import { z } from 'zod';
import { concurrencyToken, HttpWorker } from './http-worker.js';

/** Attempts of one queue that run at the same time. Most of them wait for an answer. */
const defaultConcurrency = 100;

/**
 * Serves every queue that has job types with endpoints. Run two or more, so that one is left when another dies. Settings: `KAFKA_*`,
 * `DATABASE_URL`, `CONCURRENCY`, `CLAIM_LEASE_SECONDS`, `ENDPOINT_ALLOW` and the common ones.
 */
@Module({
  imports: [PlatformModule.of({ database: { connections: 2 }, clocks: { broker: 'needed' } })],
  providers: [
    ProcessFactory,
    {
      provide: WorkerProcess,
      inject: [ProcessFactory],
      useFactory: (factory: ProcessFactory) => factory.create({ name: 'endpoints' }),
    },
    provideFrom(
      z.object({ CONCURRENCY: concurrencySetting(defaultConcurrency) }),
      concurrencyToken,
      ({ CONCURRENCY }) => CONCURRENCY,
    ),
    provideFrom(
      callSettings,
      CallSender,
      ({ ENDPOINT_ALLOW }) => new CallSender({ allowed: ENDPOINT_ALLOW }),
    ),
    provide(EndpointSecrets, [Database]),
    provide(FailingServers, [Database]),
    HttpWorker,
  ],
})
export class HttpWorkerModule {}
