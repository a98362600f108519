// Limits: how many jobs may start or run at once, all workers of a queue together.
export { limitKeyOf, limitRulesOf, type LimitRule } from './limit-rule.js';
export { JobLimits, type JobLimitsOptions } from './job-limits.js';
export { LimitUse, type BusyLimit } from './limit-use.js';
export { KeyUse, type KeysAtWork, type KeysThatWait } from './key-use.js';
export type { Release } from './concurrency-limiter.js';
export type { NotAdmitted } from './waiting-room.js';
