// The typed client of the REST API: submit, wait, follow, replay, rebuild. Needs Node's fetch and zod.
export { BaseUrlError } from '@jobstream/contracts/rest';
export { JobFailedError, JobUnfinishedError, NoAnswerError, ProblemError } from './client-errors.js';
export { readEvents, type ServerSentEvent } from './event-stream.js';
export type { ClientOptions } from './http-caller.js';
export type { CallOptions, PageOptions } from './call-options.js';
export type { JobEvent } from './job-stream.js';
export {
  JobstreamClient,
  type BatchOptions,
  type JobOptions,
  type ListOptions,
  type ReadOptions,
  type SubmitOptions,
  type SubmittedItem,
  type WaitOptions,
} from './jobstream-client.js';
export type { JobTypeCalls } from './job-type-calls.js';
export type { RebuildCalls } from './rebuild-calls.js';
export type { ReplayCalls, ReplayWish } from './replay-calls.js';
export { RestConnection, type ConnectionOptions, type RestRequest } from './rest-connection.js';
