import type { DefinedHandler, JobDefinition, PayloadInputOf } from '@jobstream/contracts';
import type { FinishedJob } from './finished-job.js';
import { testWorker, type TestJobOptions } from './test-worker.js';

/**
 * Runs one job in memory, by a test worker that has this handler alone.
 * @throws IntakeError with the faults of the payload, where a client is answered 422
 */
export function runJob<Definition extends JobDefinition>(
  handler: DefinedHandler<Definition>,
  payload: PayloadInputOf<Definition>,
  options: TestJobOptions = {},
): Promise<FinishedJob<Definition>> {
  return testWorker({ handlers: [handler] }).runJob(handler.definition, payload, options);
}
