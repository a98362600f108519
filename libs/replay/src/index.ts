// History or dead letters become new runs; all jobs that meet a filter are cancelled or run again.
export { Actions, type ActionsOptions } from './actions.js';
export type { CancelOrders } from './cancel-run.js';
export { DeadLetters, type DeadLettersOptions } from './dead-letters.js';
export type { JobStanding, ProjectedJob, Projection } from './projection.js';
export { ReplayError } from './replay-error.js';
export { ReplayRunner, type ReplayRunnerOptions } from './replay-runner.js';
export { Replays, type ReplaysOptions } from './replays.js';
export { readUnsentRequests, unsentRuns } from './unsent-runs.js';
export { RunOrigins } from './run-origins.js';
