import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { inspect } from 'node:util';
import type { Registry } from 'prom-client';
import { HealthRegistry } from './health.js';
import { createLogger, type Logger } from './logger.js';
import { createMetrics } from './metrics.js';
import { ProcessErrors } from './process-errors.js';
import { commonSettings, readSettings, type CommonSettings, type Environment } from './settings.js';

/** The process that an application runs in. */
export interface ProcessContext {
  readonly service: string;
  /** The name of this process, unlike that of every other: host, pid and a random part. */
  readonly instance: string;
  /** The end of {@link instance}, which names no host. */
  readonly id: string;
  readonly environment: Environment;
  readonly settings: CommonSettings;
  readonly logger: Logger;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
  readonly errors: ProcessErrors;
  /** Ends the process with exit code 1 and a log line with the reason: for errors that only a restart can mend. */
  fatal(this: void, error: unknown): void;
}

/** Stops a service: it takes nothing new, finishes its work and closes. */
export type StopProcess = () => Promise<void>;

/** How long a stop may take beyond the drain time before the process ends anyway. */
const stopGraceMs = 5_000;

/**
 * Runs a service until SIGTERM or SIGINT. `main` starts it and returns the function that stops it. The first signal stops it
 * (exit code 0), a second one ends the process at once (1). An uncaught error ends it with code 1 too, unless {@link ProcessErrors}
 * say otherwise.
 */
export async function runProcess(
  service: string,
  main: (context: ProcessContext) => Promise<StopProcess>,
): Promise<void> {
  const environment = process.env;
  const errors = new ProcessErrors();
  let logger = createLogger(service, 'info');
  const fatal = (error: unknown) => {
    logger.fatal(
      { err: error, ...errors.describeWork() },
      `${service} ends: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(1);
  };
  outliveReader();
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', (error) => {
    if (!errors.judgeRejection(error)) fatal(error);
  });
  try {
    const context = openContext(service, environment, errors, fatal);
    const { settings, health } = context;
    logger = context.logger;
    const signalled = nextSignal().then((signal) => {
      logger.info({ signal }, `${service} stops`);
      health.drain();
      endAtNextSignal(logger);
      endAfter(settings.DRAIN_SECONDS * 1_000 + stopGraceMs, logger);
    });
    const stop = await main(context);
    await signalled;
    await stop();
    logger.info(`${service} stopped`);
    process.exit(0);
  } catch (error) {
    fatal(error);
  }
}

/**
 * Runs a process that serves its parent over their channel, until the parent has gone: then it ends at once with all that it has started,
 * whatever it does. It is to be the leader of a process group. It outlives the signals by which its parent is told to stop, since the parent still finishes running work. An uncaught error ends it
 * as Node does, with the error on standard error, unless {@link ProcessErrors} say otherwise.
 */
export async function runChildProcess(
  service: string,
  main: (context: ProcessContext) => Promise<void>,
): Promise<void> {
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
  outliveReader();
  const fatal = (error: unknown) => {
    process.stderr.write(`${inspect(error)}\n`);
    process.exit(1);
  };
  const errors = new ProcessErrors();
  process.on('unhandledRejection', (error) => {
    if (!errors.judgeRejection(error)) fatal(error);
  });
  await main(openContext(service, process.env, errors, fatal));
}

/** @throws SettingsError */
function openContext(
  service: string,
  environment: Environment,
  errors: ProcessErrors,
  fatal: ProcessContext['fatal'],
): ProcessContext {
  const settings = readSettings(commonSettings, environment);
  const id = `${process.pid}-${randomBytes(6).toString('hex')}`;
  return {
    service,
    instance: `${hostname()}-${id}`,
    id,
    environment,
    settings,
    logger: createLogger(service, settings.LOG_LEVEL),
    health: new HealthRegistry(settings.JOBSTREAM_INSTANCE_TOKEN),
    metrics: createMetrics(service),
    errors,
    fatal,
  };
}

/** No work is to stop because nobody reads standard error any more. Logs go another way: see `LogOutput`. */
function outliveReader(): void {
  process.stderr.on('error', () => undefined);
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

function endAtNextSignal(logger: Logger): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      logger.warn({ signal }, 'second signal: process ended at once');
      process.exit(1);
    });
  }
}

function endAfter(limitMs: number, logger: Logger): void {
  setTimeout(() => {
    logger.error({ limitMs }, 'stop timed out: process ended at once');
    process.exit(1);
  }, limitMs).unref();
}
