// How many jobs may start or run, all workers of a queue together.
export { limitRulesOf, type LimitRule } from './limit-rule.js';
export { JobLimits, type JobLimitsOptions } from './job-limits.js';
export { LimitUse } from './limit-use.js';
export type { Leave } from './slot-gate.js';
export type { Dismissal } from './waiting-room.js';
