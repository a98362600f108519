import { newJobId } from '@jobstream/contracts';
import {
  commonSettings,
  createLogger,
  createMetrics,
  HealthRegistry,
  ProcessErrors,
  readSettings,
  type Environment,
  type ProcessContext,
} from '@jobstream/runtime';

/**
 * The context of a process that runs within the test's own: its metrics and health are its alone.
 * @param environment its settings. `TEST_LOG` of the test's environment is the level of its log, which is silent by default
 * @param onFatal told of errors that would end a process; they fail the test by default
 */
export function processContext(
  environment: Environment,
  onFatal: (error: unknown) => void = rethrow,
): ProcessContext {
  const service = 'test-worker';
  const id = newJobId();
  return {
    service,
    instance: `test-${id}`,
    id,
    environment,
    settings: readSettings(commonSettings, environment),
    logger: createLogger(service, process.env.TEST_LOG ?? 'silent'),
    health: new HealthRegistry(),
    metrics: createMetrics(service),
    errors: new ProcessErrors(),
    fatal: onFatal,
  };
}

function rethrow(error: unknown): never {
  throw error;
}
