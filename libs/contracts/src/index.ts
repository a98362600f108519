// The language of Jobstream: what crosses a process border. docs/glossary.md explains the words.
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
export { deriveJobId, isJobId, lowestJobId, newJobId, scheduledJobId, type JobId } from './job-id.js';
export {
  maxBatchBytes,
  maxBatchItems,
  maxBodyBytes,
  maxBodyValues,
  maxChildren,
  maxChildrenBytes,
  maxDeadLetterRecordBytes,
  maxErrorMessageLength,
  maxErrorStackLength,
  maxOrderingKeyLength,
  maxRecordNesting,
  maxRequestRecordBytes,
  maxResultBytes,
  maxUploadBytes,
} from './limits.js';
export {
  defineJob,
  defineQueue,
  exponentialBackoff,
  isQueueName,
  priorities,
  usualParkAfter,
  type JobDefinition,
  type JobOptions,
  type PayloadInputOf,
  type PayloadOf,
  type Priority,
  type QueueDefinition,
  type ResultOf,
  type OwnerDeathPolicy,
  type SubmitScope,
} from './job-definition.js';
export { isReservedName, type Service } from './own-names.js';
export { intervalOfRate, queueLimitsSchema, rateSchema, type QueueLimits } from './queue-limits.js';
export {
  lanesOf,
  partitionCounts,
  tellsOfJobs,
  Topics,
  type TopicPlan,
  type TopicRole,
  type TopicSize,
} from './topics.js';
export { decodeHead, encodeHead, headerNames, type RecordHead } from './records/record-head.js';
export { timeWriter } from './records/time-writer.js';
export {
  foreignTraceId,
  isTraceparent,
  ownTraceId,
  traceIdOf,
  traceparentOf,
} from './records/trace-context.js';
export {
  deadLetterReasons,
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
  type DeadLetterReason,
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
} from './records/job-record.js';
export {
  decodePoison,
  decodeRecord,
  encodePoison,
  encodeRecord,
  type EncodedRecord,
  type JobRecord,
  type Unreadable,
} from './records/codec.js';
export { isTooDeep } from './records/nesting.js';
export { cancelSchema, decodeCancel, encodeCancel, type Cancel } from './records/cancel.js';
export {
  decodeOrder,
  encodeOrder,
  limitsOrderSchema,
  pauseOrderSchema,
  type EncodedOrder,
  type LimitsOrder,
  type Order,
  type PauseOrder,
} from './records/order.js';
export { imageIdOfUrl, imageIdSchema, isImageIdOfUrl, uploadKey } from './jobs/image-source.js';
export { imageQueue, imageThumbnail, thumbnailKey } from './jobs/image-thumbnail.js';
export { emailAddressSchema } from './jobs/email-address.js';
export { inferenceOcr, inferenceQueue } from './jobs/inference-ocr.js';
export { notificationEmail, notificationQueue, personNameSchema } from './jobs/notification-email.js';
export {
  reportGenerate,
  reportKey,
  reportQueue,
  reportTypes,
  userIdSchema,
  type ReportType,
} from './jobs/report-generate.js';
export {
  cleanupExpiredTokens,
  cleanupOldFiles,
  cleanupOldRecords,
  dailyStats,
  healthCheck,
  healthCheckHops,
  maintenanceQueue,
} from './jobs/maintenance.js';
export { declaredSchedules, type DeclaredSchedule } from './jobs/schedules.js';
export { probeQueue, probeRun } from './jobs/probe-run.js';
export { findJobDefinition, jobDefinitions, queues } from './jobs/catalogue.js';
export {
  faultSchema,
  problemCodeSchema,
  mayPass,
  problemKinds,
  type Fault,
  type ProblemCode,
} from './rest/problem-kind.js';
export { FaultList, faultsOf, maxFaults } from './rest/faults.js';
export { isStorable } from './free-text.js';
export { findInexactNumbers, isExact } from './json/inexact-numbers.js';
export { describeProblem, problemSchema, type Problem, type ProblemDetails } from './rest/problem.js';
export {
  acceptedJobSchema,
  jobLinksSchema,
  linksOf,
  longestDelayMs,
  submissionSchema,
  type AcceptedJob,
  type JobLinks,
  type Submission,
  type SubmissionOptions,
} from './rest/submission.js';
export {
  batchAnswerSchema,
  batchItemSchema,
  batchSchema,
  itemErrorSchema,
  type BatchAnswer,
  type BatchItem,
  type ItemError,
} from './rest/batch.js';
export {
  errorViewSchema,
  jobAtSchema,
  jobDetailSchema,
  jobHistorySchema,
  jobListQuerySchema,
  jobPageSchema,
  jobQuerySchema,
  jobViewSchema,
  timeSchema,
  transitionViewSchema,
  type ErrorView,
  type JobAtView,
  type JobDetail,
  type JobHistory,
  type JobPage,
  type JobView,
  type TransitionView,
} from './rest/job-view.js';
export {
  differenceSchema,
  differencesSchema,
  rebuildListSchema,
  rebuildRequestSchema,
  rebuildStates,
  rebuildViewSchema,
  swapPolicies,
  type Difference,
  type Differences,
  type RebuildList,
  type RebuildRequest,
  type RebuildState,
  type RebuildView,
  type SwapPolicy,
} from './rest/rebuild.js';
export { countsQuerySchema, countsViewSchema, type CountsView } from './rest/counts.js';
export {
  acceptedTaskSchema,
  taskStatuses,
  taskStatusOf,
  taskViewSchema,
  uploadedImageSchema,
  type AcceptedTask,
  type TaskStatus,
  type TaskView,
  type UploadedImage,
} from './rest/task.js';
export {
  caughtMailSchema,
  caughtMailsSchema,
  type CaughtMail,
  type CaughtMails,
} from './rest/caught-mail.js';
export {
  misfirePolicies,
  overlapPolicies,
  scheduledJobSchema,
  scheduleFiringSchema,
  scheduleListSchema,
  scheduleNameSchema,
  scheduleSchema,
  scheduleViewSchema,
  type ScheduledJob,
  type ScheduleDefinition,
  type ScheduleFiring,
  type ScheduleList,
  type ScheduleView,
} from './rest/schedule.js';
export { reportRequestSchema, type ReportRequest } from './rest/report.js';
export { signedUpSchema, signUpSchema, type SignedUp, type SignUp } from './rest/sign-up.js';
export {
  bulkCancelledSchema,
  bulkCancelSchema,
  cancelledJobSchema,
  unfinishedStates,
  type BulkCancel,
  type BulkCancelled,
  type CancelledJob,
} from './rest/job-cancel.js';
export {
  laneViewSchema,
  partitionLagSchema,
  queueListSchema,
  queueOrderAnswerSchema,
  queueViewSchema,
  waitingForSchema,
  type LaneView,
  type PartitionLag,
  type QueueList,
  type QueueOrderAnswer,
  type QueueView,
  type WaitingFor,
} from './rest/queue-view.js';
export {
  deadLetterPageSchema,
  jobReplaySchema,
  maxReplayFaults,
  pageQuerySchema,
  patchSchema,
  replayJobPageSchema,
  replayPageSchema,
  replayRequestSchema,
  replaySurveySchema,
  replayViewSchema,
  type DeadLetterPage,
  type PageQuery,
  type PayloadPatch,
  type ReplayFault,
  type ReplayFilter,
  type ReplayJobPage,
  type ReplayPage,
  type ReplayRequest,
  type ReplaySource,
  type ReplayState,
  type ReplaySurvey,
  type ReplayView,
  type SkipReason,
} from './rest/replay.js';
export { BaseUrlError, readBaseUrl } from './rest/base-url.js';
export { healthReportSchema } from './rest/health.js';
export type { JsonSchema, JsonSchemasOptions } from './json-schemas.js';
export { channelOf, topicChannels } from './asyncapi/channels.js';
export { describeTopics, type AsyncApiDocument } from './asyncapi/document.js';
export { messageNames, type Message, type MessageName } from './asyncapi/messages.js';
export { describeRestInterface, type OpenApiDocument } from './openapi/document.js';
export type { Content, Operation, OperationResponse } from './openapi/operation.js';
export {
  problemsOf,
  type Example,
  type Route,
  type RouteAnswer,
  type RouteBody,
  type RouteContract,
} from './openapi/route-contract.js';
export { routeContracts } from './openapi/routes.js';
export {
  apiKeyListSchema,
  apiKeyRequestSchema,
  apiKeyViewSchema,
  createdApiKeySchema,
  defaultRateLimit,
  isGranted,
  rateLimitSchema,
  scopes,
  type ApiKeyList,
  type ApiKeyRequest,
  type ApiKeyView,
  type CreatedApiKey,
  type RateLimit,
  type Scope,
} from './rest/api-key.js';
export {
  auditEntrySchema,
  auditPageSchema,
  auditQuerySchema,
  type AuditEntry,
  type AuditPage,
  type AuditQuery,
} from './rest/audit.js';
export { decodeRevocation, encodeRevocation } from './records/revocation.js';
export { decodeCursor, encodeCursor, InvalidCursorError, lowestIdAt } from './rest/list-cursor.js';
