// Kafka ─▶ handler ─▶ event, retry or dead letter.
export { JobHandler, type HandlerOf } from './job-handler.js';
export { JobContext } from './job-context.js';
export { NonRetryableError, RetryAfterError } from './job-failures.js';
export type { ThreadTask } from './thread-pool.js';
export { ClaimStore } from './claims/claim-store.js';
export { HandlerRegistry, HandlerRegistryError, type RegisteredHandler } from './handler-registry.js';
export { JobWorkerStrategy, type JobWorkerStrategyOptions } from './job-worker-strategy.js';
export { startWorker, type WorkerOptions } from './start-worker.js';
