import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { explainListenError, type ProcessContext, type StopProcess } from '@jobstream/runtime';
import { createApiServer } from './api-server.js';
import { ApiModule } from './api.module.js';
import { BackgroundTasks } from './background-tasks.js';
import { MailModule } from './mail/mail.module.js';

const closeIdleEveryMs = 50;

/**
 * Starts the REST server. It listens at once; routes that need Kafka or Postgres answer 503 until these can be reached.
 * @throws NoApiKeyError where keys are required and none exists; ListenError when HOST or PORT can't be listened on
 */
export async function startApi(context: ProcessContext): Promise<StopProcess> {
  const { settings, logger } = context;
  const { app, routes, areKeysRequired, errors } = await createApiServer(
    context,
    ApiModule,
    MailModule.of(context),
  );
  await app.listen({ host: settings.HOST, port: settings.PORT }).catch((error: Error) => {
    throw explainListenError(error, settings.HOST, settings.PORT);
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  logger.info({ host: settings.HOST, port, keysRequired: areKeysRequired }, 'api listens');
  logger.debug({ routes }, 'routes');
  app.get(BackgroundTasks).start();
  return async () => {
    await close(app);
    errors.throwFirst();
  };
}

/** Takes no new connection, answers the requests on their way, and closes each connection as soon as it is idle. */
async function close(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const idle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
  }
}
