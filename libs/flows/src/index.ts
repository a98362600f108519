// Flows: jobs that wait for each other. Checked and kept by the API, moved on by the scheduler.
export { Flows, type FlowMarks, type FlowsOptions } from './flows.js';
export { FlowCoordinator, type FlowCoordinatorOptions } from './flow-coordinator.js';
export { FlowError } from './flow-error.js';
export { isOver } from './decide-flow.js';
export { tellsOfSteps } from './flow-end-reader.js';
export { FlowArchive, unsentSteps } from './flow-archive.js';
export { isToCome, UnstartedSteps, type AwaitedStep, type UnstartedStep } from './unstarted-steps.js';
export type { StartedStep } from './flow-queries.js';
export type { CheckedFlow } from './check-flow.js';
