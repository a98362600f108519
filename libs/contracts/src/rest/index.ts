// The bodies, queries and answers of the REST interface.
export { mayPass, problemKinds, type ProblemCode } from './problems/problem-kind.js';
export { problemCodeSchema } from './problems/problem-code.js';
export { faultSchema, type Fault } from './problems/fault.js';
export { FaultList, faultsOf, maxFaults } from './problems/faults.js';
export { describeProblem, problemSchema, type Problem, type ProblemDetails } from './problems/problem.js';
export {
  acceptedJobSchema,
  jobLinksSchema,
  linksOf,
  maxDelayMs,
  submissionSchema,
  type AcceptedJob,
  type JobLinks,
  type Submission,
  type SubmissionOptions,
} from './jobs/submission.js';
export {
  batchAnswerSchema,
  batchItemSchema,
  batchSchema,
  itemErrorSchema,
  type BatchAnswer,
  type BatchItem,
  type ItemError,
} from './jobs/batch.js';
export {
  errorDetailSchema,
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
  type ErrorDetail,
  type ErrorView,
  type JobAtView,
  type JobDetail,
  type JobHistory,
  type JobPage,
  type JobView,
  type TransitionView,
} from './jobs/job-view.js';
export {
  jobRunPageSchema,
  jobRunsQuerySchema,
  runCauses,
  runCauseSchema,
  runViewSchema,
  type JobRunPage,
  type RecordPlace,
  type RunCause,
  type RunView,
} from './jobs/job-runs.js';
export {
  jobLogLineSchema,
  jobLogPageSchema,
  jobLogsQuerySchema,
  lineId,
  type JobLogLine,
  type JobLogPage,
  type LinePlace,
} from './jobs/job-logs.js';
export {
  causeCodes,
  causeSchema,
  jobExplanationSchema,
  maxNamed,
  type Cause,
  type CauseCode,
  type JobExplanation,
} from './jobs/job-explanation.js';
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
  type RebuildRequestInput,
  type RebuildState,
  type RebuildView,
  type SwapPolicy,
} from './operations/rebuild.js';
export {
  throughputPartLengths,
  throughputQuerySchema,
  throughputSteps,
  throughputViewSchema,
  type ThroughputPartLength,
  type ThroughputStep,
  type ThroughputView,
} from './fields/throughput.js';
export {
  errorGroupDetailSchema,
  errorGroupIdSchema,
  errorGroupPageSchema,
  errorGroupPatchSchema,
  errorGroupQuerySchema,
  errorGroupSchema,
  maxCountedLetters,
  type ErrorGroup,
  type ErrorGroupDetail,
  type ErrorGroupPage,
  type ErrorGroupPatch,
  type ErrorGroupQuery,
} from './operations/error-group.js';
export {
  recordViewSchema,
  shownBytesSchema,
  topicListQuerySchema,
  topicPageSchema,
  topicRecordsQuerySchema,
  topicRecordsSchema,
  topicViewSchema,
  type RecordView,
  type ShownBytes,
  type TopicPage,
  type TopicRecordsPage,
  type TopicView,
} from './operations/topic-view.js';
export { countsQuerySchema, countsViewSchema, type CountsView } from './fields/counts.js';
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
} from './jobs/task.js';
export {
  caughtMailSchema,
  caughtMailsSchema,
  type CaughtMail,
  type CaughtMails,
} from './shipped/caught-mail.js';
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
  scheduleTimingSchema,
  schedulePreviewSchema,
  type ScheduleTiming,
  type SchedulePreview,
} from './operations/schedule.js';
export {
  reportRequestSchema,
  type ReportRequest,
  reportTypes,
  userIdSchema,
  type ReportType,
} from './shipped/report.js';
export { signedUpSchema, signUpSchema, type SignedUp, type SignUp } from './shipped/sign-up.js';
export { cancelledJobSchema, unfinishedStates, type CancelledJob } from './jobs/job-cancel.js';
export {
  liveFrameSchema,
  pastFrameSchema,
  queueFrameSchema,
  queueTotalsSchema,
  type LiveEvent,
  type LiveFrame,
  type LiveTrouble,
  type PastFrame,
  type QueueFrame,
  type QueueTotals,
} from './operations/live.js';
export {
  laneViewSchema,
  partitionLagSchema,
  limitsUsageSchema,
  queueListSchema,
  queueOrderAnswerSchema,
  queueViewSchema,
  waitingForSchema,
  type LaneView,
  type PartitionLag,
  type LimitsUsage,
  type QueueList,
  type QueueOrderAnswer,
  type QueueView,
  type WaitingFor,
} from './operations/queue-view.js';
export {
  actionKinds,
  actionPageSchema,
  actionRequestSchema,
  actionSurveySchema,
  actionViewSchema,
  defaultCancelRate,
  type ActionKind,
  type ActionPage,
  type ActionRequest,
  type ActionRequestInput,
  type ActionSurvey,
  type ActionView,
} from './operations/action.js';
export {
  deadLetterPageSchema,
  defaultReplayRate,
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
  type JobReplay,
  type ReplayFault,
  type ReplayFilter,
  type ReplayJobPage,
  type ReplayPage,
  type ReplayRequest,
  type ReplayRequestInput,
  type ReplaySource,
  type ReplayState,
  type ReplaySurvey,
  type ReplayView,
  type SkipReason,
} from './operations/replay.js';
export {
  failurePolicies,
  flowListQuerySchema,
  flowPageSchema,
  flowRequestSchema,
  flowStates,
  flowSummarySchema,
  flowViewSchema,
  stepStates,
  type FailurePolicy,
  type FlowJob,
  type FlowListQuery,
  type FlowPage,
  type FlowRequest,
  type FlowState,
  type FlowSummary,
  type FlowView,
  type StepState,
} from './flows/flow.js';
export { BaseUrlError, readBaseUrl } from './fields/base-url.js';
export { healthReportSchema, type HealthReport } from './operations/health.js';
export { readRetryAfter } from './fields/retry-after.js';
export {
  apiKeyListSchema,
  apiKeyRequestSchema,
  apiKeyViewSchema,
  createdApiKeySchema,
  defaultRateLimit,
  rateLimitSchema,
  type ApiKeyList,
  type ApiKeyRequest,
  type ApiKeyView,
  type CreatedApiKey,
  type RateLimit,
} from './access/api-key.js';
export { isGranted, scopes, type Scope } from './access/scope.js';
export { consoleHeader } from './access/console-header.js';
export {
  callerViewSchema,
  sessionRequestSchema,
  type CallerView,
  type SessionRequest,
} from './access/session.js';
export {
  auditEntrySchema,
  auditPageSchema,
  auditQuerySchema,
  type AuditEntry,
  type AuditPage,
  type AuditQuery,
} from './access/audit.js';
export { decodeCursor, encodeCursor, InvalidCursorError, lowestIdAt } from './fields/list-cursor.js';
export { imageIdSchema } from './fields/image-id.js';
export {
  jobTypeListSchema,
  jobTypeSchema,
  jobTypeViewSchema,
  type JobTypeList,
  type JobTypeSummary,
  type JobTypeView,
} from './jobs/job-type.js';
export {
  endpointTypeSchema,
  newSecretSchema,
  putJobTypeSchema,
  rotateSecretSchema,
  type EndpointJobType,
  type EndpointJobTypeInput,
  type NewSecret,
  type PutJobType,
  type SecretRotation,
} from './jobs/endpoint-type.js';
export {
  createdWebhookSchema,
  deliveryPageSchema,
  deliveryQuerySchema,
  deliveryViewSchema,
  maxEventValueBytes,
  maxWebhooks,
  notifyName,
  pingedWebhookSchema,
  webhookEventSchema,
  webhookEventTypes,
  webhookListSchema,
  webhookPatchSchema,
  webhookRequestSchema,
  webhookViewSchema,
  type CreatedWebhook,
  type DeliveryPage,
  type DeliveryView,
  type PingedWebhook,
  type WebhookEvent,
  type WebhookEventJob,
  type WebhookEventType,
  type WebhookList,
  type WebhookPatch,
  type WebhookPatchInput,
  type WebhookRequest,
  type WebhookRequestInput,
  type WebhookView,
} from './operations/webhook.js';
export {
  workerListSchema,
  workerQuerySchema,
  workerViewSchema,
  type WorkerList,
  type WorkerView,
} from './operations/worker-view.js';
export { receiverUrlSchema } from './fields/receiver-url.js';
export { emailAddressSchema } from './fields/email-address.js';
export { personNameSchema } from './fields/person-name.js';
