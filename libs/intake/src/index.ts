// Intake, the only writer of job requests: checks, produces, answers; once for each Idempotency-Key.
export { AcceptedJobs, type RememberedJob } from './accepted-jobs.js';
export { isSettled, tooManyItems, type BatchChecks, type CheckedBatch } from './batch.js';
export { IntakeError, intakeErrorOf, type IntakeErrorDetails } from './intake-error.js';
export { JobIntake, type ForwardedRequest, type JobIntakeOptions } from './job-intake.js';
export {
  checkSubmission,
  drawJob,
  type CheckedJob,
  type DrawnJob,
  type RequestMarks,
} from './job-request.js';
export { findSubmittable, typeOfDefinition, type SubmittableType } from './submittable-type.js';
export { UniqueJobs } from './unique/unique-jobs.js';
export {
  delayedJobOf,
  isHeldByKey,
  readDelayedJob,
  type DelayedJob,
  type NotDelayed,
} from './delayed/delayed-job.js';
export { DelayedJobStore, unsentDelayed, type DelayedWork } from './delayed/delayed-job-store.js';
export { restOfRefused } from './delayed/rest-of-refused.js';
export { IdempotencyKeys, type KeyedRequest } from './keys/idempotency-keys.js';
export { readIdempotencyKey, type KeyScope } from './keys/idempotency-key.js';
export { KeyStore } from './keys/key-store.js';
