// Jobs of one's own: define them, give each a function, run them.
export {
  defineJob,
  defineQueue,
  exponentialBackoff,
  NonRetryableError,
  RetryAfterError,
  type DefinedHandler,
  type Duration,
  type HandlerFunction,
  type HandlerOf,
  type JobContext,
  type JobDefinition,
  type JobLogger,
  type JobOptions,
  type LogMethod,
  type PayloadInputOf,
  type PayloadOf,
  type Priority,
  type QueueDefinition,
  type QueueLimits,
  type ResultOf,
  type ThreadTask,
} from '@jobstream/contracts';
export type { SubmissionOptions } from '@jobstream/contracts/rest';
export { worker, type Worker, type WorkerOptions } from './worker.js';
