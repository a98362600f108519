// The worker: deliveries from Kafka ─▶ handler ─▶ event, retry or dead letter. Start at worker/delivery-pipeline.ts.
export { JobHandler } from './handlers/job-handler.js';
export { ClaimStore } from './claims/claim-store.js';
export { startWorker, type WorkerOptions } from './worker/start-worker.js';
