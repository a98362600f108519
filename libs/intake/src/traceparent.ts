import type { JobId } from '@jobstream/contracts';

const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Whether the text is a `traceparent` of W3C Trace Context that can be handed on as it is. */
export function isTraceparent(text: string): boolean {
  return pattern.test(text);
}

/** The trace of a job whose submitter brought none: the trace id is the job's id, so whoever has one has the other. */
export function traceparentOf(id: JobId): string {
  const digits = id.replaceAll('-', '');
  return `00-${digits}-${digits.slice(16)}-01`;
}
