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
export type { AccessCalls, ApiKeyWish, AuditOptions } from './calls/access-calls.js';
export {
  FlowUnfinishedError,
  JobFailedError,
  JobUnfinishedError,
  NoAnswerError,
  ProblemError,
} from './client-errors.js';
export { readEvents, type ServerSentEvent } from './connection/event-stream.js';
export type { FileCalls } from './calls/file-calls.js';
export type { ItemsOptions, SubmittedItem } from './jobs/job-batches.js';
export type {
  CountOptions,
  JobLogOptions,
  ListOptions,
  RunOptions,
  ThroughputOptions,
} from './jobs/job-conditions.js';
export type { ClientOptions } from './connection/http-caller.js';
export type { CallOptions, ListOrdersOptions, PageOptions } from './connection/call-options.js';
export type { JobEvent } from './jobs/job-stream.js';
export {
  JobstreamClient,
  type BatchOptions,
  type JobOptions,
  type ReadOptions,
  type SubmitOptions,
  type WaitOptions,
} from './jobstream-client.js';
export type { FlowCalls, FlowWaitOptions, ListFlowOptions, SubmitFlowOptions } from './calls/flow-calls.js';
export type { JobTypeCalls } from './calls/job-type-calls.js';
export type { ErrorCalls, ErrorGroupMark, ErrorGroupOptions } from './calls/error-calls.js';
export type { QueueCalls } from './calls/queue-calls.js';
export type { RebuildCalls } from './calls/rebuild-calls.js';
export type { ActionCalls, ActionWish } from './calls/action-calls.js';
export type { ReplayCalls, ReplayWish } from './calls/replay-calls.js';
export type { ScheduleCalls, ScheduleWish } from './calls/schedule-calls.js';
export type { DeliveryListOptions, WebhookCalls } from './calls/webhook-calls.js';
export type { RecordOptions, TopicCalls, TopicListOptions } from './calls/topic-calls.js';
export type { WorkerCalls, WorkerOptions } from './calls/worker-calls.js';
export { SignatureError, verifySignature, type SignedRequest } from './verify-signature.js';
export { RestConnection, type ConnectionOptions, type RestRequest } from './connection/rest-connection.js';
