// History or dead letters become new runs; all jobs that meet a filter are cancelled or run again.
export { Actions, type ActionsOptions } from './actions.js';
export type { CancelOrders } from './runner/cancel-run.js';
export { DeadLetters, type DeadLettersOptions } from './dead-letters.js';
export type { JobStanding, ProjectedJob, Projection } from './projection.js';
export { ReplayError } from './replay-error.js';
export { ReplayRunner, type ReplayRunnerOptions } from './runner/replay-runner.js';
export { Replays, type ReplaysOptions } from './replays.js';
export { readUnsentRequests, unsentRuns } from './rows/unsent-runs.js';
export { RunOrigins } from './rows/run-origins.js';
