import type { ProblemCode } from '../rest/problems/problem-kind.js';

/** A route that makes a job. */
export const submitProblems = [
  'invalid_idempotency_key',
  'invalid_request',
  'unknown_type',
  'invalid_payload',
  'idempotency_key_reused',
  'job_not_unique',
  'item_too_large',
  'broker_refused',
  'broker_unavailable',
  'database_unavailable',
  'submit_unknown',
] as const satisfies readonly ProblemCode[];

/** A route that reads a job by its id. */
export const readJobProblems = [
  'invalid_job_id',
  'job_not_found',
  'job_not_started',
  'database_unavailable',
  'projection_behind',
] as const satisfies readonly ProblemCode[];
