import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { startOpsServer, type ProcessContext, type StopProcess } from '@jobstream/runtime';
import { ProjectorModule } from './projector.module.js';

/**
 * Starts a projector: reads every topic of the namespace into Postgres. Run as many as wanted, they share the partitions.
 * Settings: `KAFKA_*`, `DATABASE_URL` and the common ones.
 */
export async function startProjector(context: ProcessContext): Promise<StopProcess> {
  const { settings, logger, health, metrics } = context;
  const app = await NestFactory.createApplicationContext(ProjectorModule.of(context), {
    logger: false,
    abortOnError: false,
  });
  const ops = await startOpsServer({ settings, health, metrics });
  logger.info({ host: settings.HOST, port: ops.port }, 'projector started');
  return async () => {
    await app.close();
    await ops.close();
  };
}
