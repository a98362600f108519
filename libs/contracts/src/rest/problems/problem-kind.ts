import { z } from 'zod';

/**
 * Every problem the REST surface answers with: its HTTP status and its title. The key is the problem's `code`, which
 * never changes; `type` is the code as a URN.
 */
export const problemKinds = {
  malformed_request: { status: 400, title: 'The request is not well-formed HTTP' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  invalid_job_id: { status: 400, title: 'Invalid job id' },
  invalid_image_id: { status: 400, title: 'Invalid image id' },
  invalid_job_type: { status: 400, title: 'Invalid name of a job type' },
  invalid_schedule_name: { status: 400, title: 'Invalid schedule name' },
  invalid_replay_id: { status: 400, title: 'Invalid replay id' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key can not be used' },
  invalid_api_key_id: { status: 400, title: 'Invalid API key id' },
  unauthenticated: { status: 401, title: 'A valid API key is needed' },
  insufficient_scope: { status: 403, title: 'The API key may not do this' },
  cross_site_request: { status: 403, title: 'A page of another site may not do this' },
  route_not_found: { status: 404, title: 'There is no such route' },
  job_type_not_found: { status: 404, title: 'There is no such job type' },
  job_not_found: { status: 404, title: 'There is no such job' },
  queue_not_found: { status: 404, title: 'There is no such queue' },
  image_not_found: { status: 404, title: 'There is no such image' },
  schedule_not_found: { status: 404, title: 'There is no such schedule' },
  replay_not_found: { status: 404, title: 'There is no such replay' },
  rebuild_not_found: { status: 404, title: 'There is no such rebuild' },
  report_not_found: { status: 404, title: 'There is no such report' },
  thumbnail_not_found: { status: 404, title: 'There is no thumbnail of this image' },
  webhook_not_found: { status: 404, title: 'There is no such webhook' },
  api_key_not_found: { status: 404, title: 'There is no such API key' },
  method_not_allowed: { status: 405, title: 'The path does not take this method' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  job_type_served: { status: 409, title: 'Workers serve the job type' },
  job_type_taken: { status: 409, title: 'Somebody else has the job type or its queue' },
  job_type_without_endpoint: { status: 409, title: 'No endpoint serves the job type' },
  webhook_built_in: { status: 409, title: 'The webhook is part of the platform' },
  too_many_webhooks: { status: 409, title: 'There are as many webhooks as there may be' },
  schedule_declared: { status: 409, title: 'The schedule is part of the platform' },
  replay_over: { status: 409, title: 'The replay has ended' },
  job_unfinished: { status: 409, title: 'The job is unfinished' },
  job_already_replayed: { status: 409, title: 'The job is being replayed already' },
  rebuild_running: { status: 409, title: 'Another rebuild is running' },
  rebuild_finished: { status: 409, title: 'The rebuild has ended' },
  rebuild_unfinished: { status: 409, title: 'The rebuild has not ended' },
  rebuild_not_swappable: { status: 409, title: 'The rebuild has no generation to swap in' },
  schema_not_ours: { status: 409, title: 'The API may not drop the old generation' },
  schema_in_use: { status: 409, title: 'The old generation is still being read' },
  job_not_unique: { status: 409, title: 'Another job holds the unique key' },
  job_final: { status: 409, title: 'The job has ended' },
  report_not_ready: { status: 409, title: 'The report is not ready' },
  image_conflict: { status: 409, title: 'Another image has this id' },
  report_failed: { status: 410, title: 'The report could not be made' },
  body_too_large: { status: 413, title: 'The body is too large' },
  too_many_items: { status: 413, title: 'The batch has too many items' },
  item_too_large: { status: 413, title: 'The item is too large' },
  upload_too_large: { status: 413, title: 'The image is too large' },
  uri_too_long: { status: 414, title: 'The URL is too long' },
  unsupported_media_type: { status: 415, title: 'The route does not take this content type' },
  unsupported_image: { status: 415, title: 'The upload is not an image of a supported format' },
  host_not_allowed: { status: 421, title: 'The server does not have this host name' },
  invalid_request: { status: 422, title: 'The request has faults' },
  unknown_type: { status: 422, title: 'There is no such job type' },
  invalid_payload: { status: 422, title: 'The payload breaks the schema of its job type' },
  offsets_outside_log: { status: 422, title: 'The log does not hold these offsets' },
  nothing_to_replay: { status: 422, title: 'There is nothing to replay' },
  patch_breaks_schema: { status: 422, title: 'The patch breaks the schema of a job type' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another body' },
  open_share_used_up: { status: 429, title: 'The caller holds its share of open requests' },
  rate_limited: { status: 429, title: 'The API key makes too many requests' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong here' },
  broker_refused: { status: 502, title: 'The broker refused the job' },
  broker_unavailable: { status: 503, title: 'The broker can not be reached' },
  database_unavailable: { status: 503, title: 'The database can not be reached' },
  delivery_pending: { status: 504, title: 'The outcome of the delivery is not known yet' },
  storage_unavailable: { status: 503, title: 'The storage can not be reached' },
  too_many_to_count: { status: 503, title: 'There are too many jobs to count in time' },
  projection_behind: { status: 503, title: 'The status of jobs is not up to date' },
  too_many_bytes: { status: 503, title: 'Too many bytes are being transferred' },
  too_many_open: { status: 503, title: 'Too many requests are held open' },
  submit_unknown: { status: 504, title: 'It is unknown whether the job was accepted' },
  rebuild_no_room: { status: 507, title: 'The database has no room for a rebuild' },
  storage_full: { status: 507, title: 'There is no room to store this' },
} as const satisfies Record<string, { status: number; title: string }>;

/** See {@link problemKinds}. */
export type ProblemCode = keyof typeof problemKinds;

/**
 * Whether a request with this problem may pass when it is sent again unchanged: the cause is the platform or a system that it
 * needs, not the request.
 */
export function mayPass(code: ProblemCode): boolean {
  return problemKinds[code].status >= 500;
}

/** A problem's code in a shape. */
export const problemCodeSchema = z
  .enum(Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]])
  .meta({ id: 'ProblemCode' });

/** One fault of a request: its place, as a JSON Pointer (RFC 6901) into the body or the query, and the fault there. */
export const faultSchema = z
  .object({
    pointer: z.string().describe('Empty for the whole body or query.'),
    detail: z.string(),
  })
  .meta({ id: 'Fault' });
export type Fault = z.infer<typeof faultSchema>;
