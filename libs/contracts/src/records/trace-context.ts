import type { JobId } from '../job-id.js';

const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Whether the text is a `traceparent` of W3C Trace Context (level 1, section 3.2) that can be handed on as it is. */
export function isTraceparent(text: string): boolean {
  return pattern.test(text);
}

/** The `traceparent` of a job whose submitter brought none: whoever has its id has its trace id. */
export function traceparentOf(id: JobId): string {
  const traceId = ownTraceId(id);
  return `00-${traceId}-${traceId.slice(16)}-01`;
}

/** The trace id of a job that belongs to no other trace: its id without dashes, 32 hex digits. */
export function ownTraceId(id: JobId): string {
  return id.replaceAll('-', '').toLowerCase();
}

/** The trace id that a record's `traceparent` names; null where it is the job's own, or there is none that makes sense. */
export function foreignTraceId(id: JobId, traceparent: string | undefined): string | null {
  if (traceparent === undefined || !isTraceparent(traceparent)) return null;
  const traceId = traceparent.slice(3, 35);
  return traceId === ownTraceId(id) ? null : traceId;
}

/** The trace id of a job's record, 32 hex digits. */
export function traceIdOf(id: JobId, traceparent: string | undefined): string {
  return foreignTraceId(id, traceparent) ?? ownTraceId(id);
}
