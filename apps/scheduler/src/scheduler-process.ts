import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { startOpsServer, type ProcessContext, type StopProcess } from '@jobstream/runtime';
import { SchedulerModule } from './scheduler.module.js';

/**
 * Starts a scheduler: fires schedules, holds delayed jobs until they are due, runs replays. Run two or more, so that one is there when another
 * dies. Settings: `KAFKA_*`, `DATABASE_URL` and the common ones.
 */
export async function startScheduler(context: ProcessContext): Promise<StopProcess> {
  const { settings, logger, health, metrics } = context;
  const app = await NestFactory.createApplicationContext(SchedulerModule.of(context), {
    logger: false,
    abortOnError: false,
  });
  const ops = await startOpsServer({ settings, health, metrics });
  logger.info({ host: settings.HOST, port: ops.port }, 'scheduler started');
  return async () => {
    await app.close();
    await ops.close();
  };
}
