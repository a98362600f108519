// The worker: deliveries from Kafka ─▶ handler ─▶ event, retry or dead letter. Start at worker/delivery-pipeline.ts.
export { JobHandler } from './handlers/job-handler.js';
export { ClaimStore, type RunningClaimRow } from './claims/claim-store.js';
export { concurrencySetting, startWorker, type WorkerOptions } from './worker/start-worker.js';
export { ProcessFactory } from './worker/process-factory.js';
export { WorkerProcess } from './worker/worker-process.js';
export type { ServedQueue } from './worker/queue-host.js';
export type { RegisteredHandler } from './handlers/handler-registry.js';
export type { GatedJob, LeaveGate, StartGate } from './handlers/start-gate.js';
