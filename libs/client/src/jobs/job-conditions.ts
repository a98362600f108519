import type { JobState } from '@jobstream/contracts';
import type { ThroughputPartLength } from '@jobstream/contracts/rest';
import type { CallOptions, PageOptions } from '../connection/call-options.js';

/** Which jobs to list: those that meet every condition. */
export interface ListOptions extends CallOptions {
  /** A filter: `state:dead_lettered,expired -queue:probe type:image.*`; at most 4,000 characters. */
  readonly q?: string;
  readonly type?: string;
  readonly queue?: string;
  readonly state?: JobState;
  readonly submittedFor?: string;
  /** Created at this time or later. */
  readonly since?: Date;
  /** Created before this time. */
  readonly until?: Date;
  /** As they were at this time. Default: now. */
  readonly at?: Date;
  /** Whether with payload and result. Default false. */
  readonly payload?: boolean;
}

/** Which jobs to count. */
export interface CountOptions extends CallOptions {
  /** As it was at this time. Default: now. */
  readonly at?: Date;
  /** Created at this time or later. */
  readonly since?: Date;
  /** Created before this time. */
  readonly until?: Date;
  /** Counts that were made so many milliseconds ago will do, a minute at most. Default: as they are now. */
  readonly maxAgeMs?: number;
}

/** Which steps of jobs to count. */
export interface ThroughputOptions extends CallOptions {
  readonly type?: string;
  readonly queue?: string;
  /** At most a day ago. Default: 15 minutes ago. */
  readonly since?: Date;
  /** The length of each part. Default: one that makes few parts. */
  readonly step?: ThroughputPartLength;
}

/** Which lines of a job's handlers to read: those that meet every condition. */
export interface JobLogOptions {
  readonly run?: number;
  readonly attempt?: number;
  /** The `id` of the line after which to begin. Default: the first line. */
  readonly after?: string;
  /** Lines of a page at most: 1 to 1,000. Default 500. */
  readonly limit?: number;
}

/** Which runs of a job to list. A page holds 1 to 50 of them, 20 unless asked otherwise. */
export interface RunOptions extends PageOptions {
  /** Whether with payloads and results; those of earlier runs are read from the log. Default false. */
  readonly payload?: boolean;
}
