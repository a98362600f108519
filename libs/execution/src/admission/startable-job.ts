import type { JobRequest } from '@jobstream/contracts/records';

/** A job as read from a request or retry record, with the attempt to start. */
export interface StartableJob {
  readonly request: JobRequest;
  readonly run: number;
  /** The attempt to start, from 1. */
  readonly attempt: number;
  /** When the job was accepted, in milliseconds since 1970. */
  readonly createdAt: number;
  /** Its request may be in the log more than once: each attempt needs a claim. */
  readonly claimed?: true;
  /** The URL that hears of the end of each run. */
  readonly notify?: string;
  /** The unique key that the job's first run holds, as its header says it. */
  readonly unique?: string;
  /** The flow that the job is a step of. */
  readonly flow?: string;
  readonly traceparent?: string;
}
