import type { JobState } from '@jobstream/contracts';
import type { BusyLimit } from '@jobstream/limits';
import type { FoundJob } from '../reads/found-job.js';
import type { Place } from '../reads/log-position.js';
import type { QueuePaces } from '../queues/queue-paces.js';
import type { QueueState } from '../queues/queue-states.js';

/** A server that fails, and is called no more but for a probe from time to time. */
export interface FailingServer {
  readonly origin: string;
  /** ISO 8601. */
  readonly since: string;
}

/** How another job stands that comes first. Times are ISO 8601. */
export interface EarlierJob {
  readonly id: string;
  readonly state: JobState;
  readonly since: string;
  readonly worker: string | null;
  readonly nextAttemptAt: string | null;
}

/** The claim of the job, while an attempt is run under it. */
export interface RunningClaim {
  readonly owner: string;
  readonly attempt: number;
  /** Owners that died in this attempt before. */
  readonly deaths: number;
  /** ISO 8601, as are all times here. */
  readonly takenAt: string;
  readonly leasedUntil: string;
  readonly isLeased: boolean;
}

/** A limit that lets no more jobs start, and who uses it, as far as that is known. */
export interface UsedLimit extends BusyLimit {
  /** Running jobs under it. */
  readonly jobs: readonly string[];
}

/** The record at the head of the job's partition: the first that is not finished. */
export interface PartitionHead {
  readonly place: Place;
  /** When the log took it. */
  readonly since: string;
  /** Undefined where no job can be read from it. */
  readonly job: EarlierJob | { readonly id: string } | undefined;
}

/** What is known of a job that may wait. What is undefined is not known, and holds nothing. */
export interface JobFacts extends FoundJob {
  /** The broker's time in milliseconds since 1970; -Infinity before its first answer: then no job is due. */
  readonly time: number;
  /** Records that the log had before the job was read, and that the projection did not have after it. Default 0. */
  readonly recordsBehind?: number | undefined;
  /** Since when the job's queue is paused; undefined when it is not. */
  readonly pausedSince?: string | undefined;
  /** The queue of the job in the log. */
  readonly queue?: QueueState | undefined;
  /** How fast the queues go. */
  readonly paces?: QueuePaces | undefined;
  /** Whether a worker of the queue serves the definition of the type that is in force. */
  readonly isTypeServed?: boolean | undefined;
  /** The server of the endpoint of the job's type, while it fails. */
  readonly failing?: FailingServer | undefined;
  /** The job that has the turn of the ordering key. */
  readonly keyHolder?: EarlierJob | undefined;
  readonly claim?: RunningClaim | undefined;
  /** The limits that are used up, in the order in which the job waits for them. */
  readonly usedLimits?: readonly UsedLimit[] | undefined;
  /** Set where a worker died with the job in flight; `deaths`: those that it alone has caused. */
  readonly suspicion?: { readonly deaths: number } | undefined;
  readonly head?: PartitionHead | undefined;
}
