// The parts of a worker that run a job without Kafka and Postgres, for the test kit.
export type { IncomingRecord, OutgoingRecord } from '@jobstream/kafka';
export type { Outcome } from '@jobstream/lifecycle';
export { attempt, type Attempted, type AttemptPorts } from './attempt/attempt.js';
export { Cancellations } from './attempt/cancellations.js';
export { RunningAttempts } from './attempt/running-attempts.js';
export { StrayRejections } from './attempt/stray-rejections.js';
export { copyOfProgress, type ProgressReports } from './attempt/running-reports.js';
export type { StartableJob } from './admission/startable-job.js';
export type { LineKeeper } from './logs/attempt-log.js';
export { ThreadPool } from './handlers/thread-pool.js';
export { AttemptOutcomes } from './outcome/attempt-outcomes.js';
export { outcomeRecord } from './outcome/outcome-records.js';
export { WorkerTopics } from './worker/worker-topics.js';
