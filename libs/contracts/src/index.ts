// The language of Jobstream: everything that crosses the border of a process. docs/glossary.md explains the words.
export {
  finalStates,
  isFinal,
  jobStates,
  phases,
  stateOfPhase,
  type FinalState,
  type JobState,
  type Phase,
} from './job-state.js';
export { formatDelay, parseDuration, type Duration } from './duration.js';
export {
  deriveJobId,
  firstScheduleId,
  isJobId,
  lowestJobId,
  newJobId,
  newOrderedId,
  scheduledJobId,
  type JobId,
  type ScheduleIdentity,
} from './job-id.js';
export {
  maxBatchBytes,
  maxBatchItems,
  maxBodyBytes,
  maxBodyValues,
  maxCalledUrlLength,
  maxChildren,
  maxChildrenBytes,
  maxDeadLetterRecordBytes,
  maxErrorMessageLength,
  maxErrorStackLength,
  maxFlowEdges,
  maxFlowJobs,
  maxLogBytes,
  maxLogLines,
  maxLogMessageLength,
  maxOrderingKeyLength,
  maxRecordNesting,
  maxRequestRecordBytes,
  maxResultBytes,
  maxUniqueKeyLength,
  maxUploadBytes,
} from './limits.js';
export {
  defineJob,
  defineQueue,
  exponentialBackoff,
  isQueueName,
  isTypeName,
  maxRetries,
  neededScope,
  ownerDeathPolicies,
  priorities,
  submitScopes,
  defaultParkAfter,
  type HandlerFunction,
  type Isolation,
  type JobDefinition,
  type JobOptions,
  type JobRules,
  type PayloadInputOf,
  type PayloadOf,
  type Priority,
  type QueueDefinition,
  type ResultOf,
  type OwnerDeathPolicy,
  type SubmitScope,
} from './job-definition.js';
export { NonRetryableError, RetryAfterError } from './job-failures.js';
export type {
  DefinedHandler,
  HandlerOf,
  JobContext,
  JobLogger,
  LogMethod,
  ThreadTask,
} from './job-handler.js';
export type { EnqueuedFlow, FlowOptions, FlowPart, FlowStep } from './enqueued-flow.js';
export { describeJobType, type Endpoint, type JobType } from './job-type.js';
export {
  keyConflictPolicies,
  uniquePolicyOf,
  type KeyConflictPolicy,
  type KeyHold,
  type UniqueOptions,
  type UniquePolicy,
  type UniqueRule,
} from './unique-rule.js';
export { payloadPath } from './payload-path-schema.js';
export { valueAt, type PlainValue } from './payload-path.js';
export { fingerprintOf } from './fingerprint.js';
export { isReservedName, type Service } from './own-names.js';
export { platformVersion } from './platform-version.js';
export { intervalOfRate, queueLimitsSchema, rateSchema, type QueueLimits } from './queue-limits.js';
export {
  isCompacted,
  lanesOf,
  partitionCounts,
  topicKinds,
  Topics,
  type TopicPlan,
  type TopicRole,
  type TopicSize,
} from './topics.js';
export { isStorable } from './storable-text.js';
export {
  filterFields,
  isFilterField,
  type FilterField,
  type FilterFieldRule,
} from './filter/filter-fields.js';
export type { FilterFault } from './filter/filter-words.js';
export { formatFilter, formatTerm, writeFilterText } from './filter/format-filter.js';
export {
  fixTimes,
  maxFilterLength,
  maxFilterTerms,
  maxFilterValues,
  termsOf,
  type Comparison,
  type FilterTerm,
  type FilterValue,
  type FixedTerm,
  type PlainConditions,
} from './filter/job-filter.js';
export { maxComparedLength, meetsFilter, type FilteredJob } from './filter/meets-filter.js';
export { parseFilter, type ParsedFilter } from './filter/parse-filter.js';
export { escapeStep, unescapeStep } from './json/pointer.js';
export { findInexactNumbers, isExact } from './json/inexact-numbers.js';
export type { JsonSchema, JsonSchemasOptions } from './json-schemas.js';
