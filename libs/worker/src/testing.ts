// The test kit: runs jobs in memory by the rules of a worker. It needs no broker, and works with any test framework.
export type { EnqueuedJob } from './testing/enqueued-job.js';
export { FakeClock } from './testing/fake-clock.js';
export type { FinishedJob } from './testing/finished-job.js';
export type { LogLine } from '@jobstream/contracts/records';
export { runJob } from './testing/run-job.js';
export {
  testWorker,
  type DrainOptions,
  type PartOf,
  type TestJobOptions,
  type TestWorker,
  type TestWorkerOptions,
} from './testing/test-worker.js';
