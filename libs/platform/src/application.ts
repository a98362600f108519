import 'reflect-metadata';
import { Module, type DynamicModule, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { startOpsServer, type ProcessContext, type StopProcess } from '@jobstream/runtime';
import { contextToken } from './tokens.js';

/** The root of an application: its module, and the process that it runs in. */
export function rootModule(
  context: ProcessContext,
  ...imports: DynamicModule['imports'] & object
): DynamicModule {
  return {
    module: RootModule,
    global: true,
    imports,
    providers: [{ provide: contextToken, useValue: context }],
    exports: [contextToken],
  };
}

@Module({})
class RootModule {}

/**
 * What Nest logs. When a step of stopping fails, it takes the next step and tells the error to its log alone: the error is kept here, so
 * that the process ends with it. Everything else that Nest says is dropped.
 */
export class NestErrors implements LoggerService {
  private readonly errors: unknown[] = [];

  log(): void {}
  warn(): void {}

  error(error: unknown): void {
    this.errors.push(error);
  }

  /** @throws the first error that Nest told of */
  throwFirst(): void {
    if (this.errors.length > 0) throw this.errors[0];
  }
}

/**
 * Starts a service without a REST of its own, with a server for health and metrics. It stops that server last.
 * @param module imports {@link PlatformModule}
 * @throws ListenError when HOST or PORT can't be listened on, and what the providers of the module throw
 */
export async function startService(module: Type, context: ProcessContext): Promise<StopProcess> {
  const { service, settings, health, metrics, logger } = context;
  const errors = new NestErrors();
  const app = await NestFactory.createApplicationContext(rootModule(context, module), {
    logger: errors,
    abortOnError: false,
  });
  const ops = await startOpsServer({ settings, health, metrics });
  logger.info({ host: settings.HOST, port: ops.port }, `${service} started`);
  return async () => {
    await app.close();
    await ops.close();
    errors.throwFirst();
  };
}
