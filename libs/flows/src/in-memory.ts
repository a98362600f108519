// The parts that check a flow without Kafka and Postgres, for handlers and the test kit.
export { checkFlow, type CheckedFlow, type FlowChecks, type FlowJobType } from './check-flow.js';
export { stepJobId } from './step-job-id.js';
