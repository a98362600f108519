// The typed client of the REST API: submit, wait, follow. Needs Node's fetch and nothing else.
export { BaseUrlError } from '@jobstream/contracts/rest';
export { JobFailedError, JobUnfinishedError, NoAnswerError, ProblemError } from './client-errors.js';
export type { ClientOptions } from './http-caller.js';
export type { JobEvent } from './job-stream.js';
export {
  JobstreamClient,
  type BatchOptions,
  type CallOptions,
  type JobOptions,
  type ListOptions,
  type SubmitOptions,
  type SubmittedItem,
  type WaitOptions,
} from './jobstream-client.js';
