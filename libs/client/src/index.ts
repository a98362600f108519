// The typed client of the REST API: submit, wait, follow, replay, rebuild; how jobs are defined, so that those who submit and those who
// run them share definitions; and the check of what the platform sends. Needs Node's fetch and zod.
export {
  defineJob,
  defineQueue,
  exponentialBackoff,
  type DefinedHandler,
  type Duration,
  type HandlerFunction,
  type HandlerOf,
  type JobContext,
  type JobDefinition,
  type JobLogger,
  type LogMethod,
  type PayloadInputOf,
  type PayloadOf,
  type Priority,
  type QueueDefinition,
  type QueueLimits,
  type ResultOf,
  type ThreadTask,
} from '@jobstream/contracts';
export { BaseUrlError } from '@jobstream/contracts/rest';
export type { AccessCalls, ApiKeyWish, AuditOptions } from './access-calls.js';
export {
  FlowUnfinishedError,
  JobFailedError,
  JobUnfinishedError,
  NoAnswerError,
  ProblemError,
} from './client-errors.js';
export { readEvents, type ServerSentEvent } from './event-stream.js';
export type { FileCalls } from './file-calls.js';
export type { ItemsOptions, SubmittedItem } from './job-batches.js';
export type {
  CountOptions,
  JobLogOptions,
  ListOptions,
  RunOptions,
  ThroughputOptions,
} from './job-conditions.js';
export type { ClientOptions } from './http-caller.js';
export type { CallOptions, ListOrdersOptions, PageOptions } from './call-options.js';
export type { JobEvent } from './job-stream.js';
export {
  JobstreamClient,
  type BatchOptions,
  type JobOptions,
  type ReadOptions,
  type SubmitOptions,
  type WaitOptions,
} from './jobstream-client.js';
export type { FlowCalls, FlowWaitOptions, ListFlowOptions, SubmitFlowOptions } from './flow-calls.js';
export type { JobTypeCalls } from './job-type-calls.js';
export type { ErrorCalls, ErrorGroupMark, ErrorGroupOptions } from './error-calls.js';
export type { QueueCalls } from './queue-calls.js';
export type { RebuildCalls } from './rebuild-calls.js';
export type { ActionCalls, ActionWish } from './action-calls.js';
export type { ReplayCalls, ReplayWish } from './replay-calls.js';
export type { ScheduleCalls, ScheduleWish } from './schedule-calls.js';
export type { DeliveryListOptions, WebhookCalls } from './webhook-calls.js';
export type { RecordOptions, TopicCalls, TopicListOptions } from './topic-calls.js';
export type { WorkerCalls, WorkerOptions } from './worker-calls.js';
export { SignatureError, verifySignature, type SignedRequest } from './verify-signature.js';
export { RestConnection, type ConnectionOptions, type RestRequest } from './rest-connection.js';
