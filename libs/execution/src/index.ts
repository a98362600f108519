// The worker: deliveries from Kafka ─▶ handler ─▶ event, retry or dead letter. Start at worker/delivery-pipeline.ts.
export { JobHandler, type HandlerOf } from './handlers/job-handler.js';
export { JobContext } from './handlers/job-context.js';
export { NonRetryableError, RetryAfterError } from './handlers/job-failures.js';
export type { ThreadTask } from './handlers/thread-pool.js';
export { ClaimStore } from './claims/claim-store.js';
export { startWorker, type WorkerOptions } from './worker/start-worker.js';
