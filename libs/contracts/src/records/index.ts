// The records of the log, as they are written and read.
export { deadLetterReasons, type DeadLetterReason } from './dead-letter-reason.js';
export { decodeHead, encodeHead, headerNames, type RecordHead } from './record-head.js';
export { decodeUniqueMark, encodeUniqueMark, type UniqueHold, type UniqueMark } from './unique-mark.js';
export { timeWriter } from './time-writer.js';
export { foreignTraceId, isTraceparent, ownTraceId, traceIdOf, traceparentOf } from './trace-context.js';
export {
  deadLetterSchema,
  delayedRequestSchema,
  endedEventSchema,
  jobErrorSchema,
  jobRequestSchema,
  originSchema,
  poisonSchema,
  requestOf,
  retryRequestSchema,
  runningEventSchema,
  startSchema,
  succeededEventSchema,
  wireVersion,
  type DeadLetter,
  type DelayedRequest,
  type EndedEvent,
  type JobError,
  type JobRequest,
  type Origin,
  type Poison,
  type RetryRequest,
  type RunningEvent,
  type Start,
  type SucceededEvent,
} from './job-record.js';
export {
  decodePoison,
  decodeRecord,
  encodePoison,
  encodeRecord,
  type EncodedRecord,
  type JobRecord,
  type Unreadable,
} from './codec.js';
export { isTooDeep } from './nesting.js';
export {
  decodeJobLog,
  encodeJobLog,
  jobLogSchema,
  logLevels,
  logLineSchema,
  type JobLog,
  type LogLevel,
  type LogLine,
} from './job-log.js';
export { cancelSchema, decodeCancel, encodeCancel, type Cancel } from './cancel.js';
export {
  decodeOrder,
  encodeOrder,
  limitsOrderSchema,
  pauseOrderSchema,
  type EncodedOrder,
  type LimitsOrder,
  type Order,
  type PauseOrder,
} from './order.js';
export { decodeRevocation, encodeRevocation } from './revocation.js';
export {
  decodeJobType,
  encodeJobType,
  jobTypeRecordSchema,
  maxEarlierPublications,
  publishJobType,
  type JobTypeRecord,
  type Publication,
} from './job-type-record.js';
export {
  decodeWorkerSign,
  encodeWorkerSign,
  maxSignedJobs,
  maxSignedPartitions,
  maxSignedQueues,
  maxSignedTopics,
  workerSignSchema,
  type SignedJob,
  type SignedQueue,
  type WorkerSign,
} from './worker-sign.js';
