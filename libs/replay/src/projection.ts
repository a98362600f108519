import type { JobId, JobState, Priority } from '@jobstream/contracts';
import type { DeadLetterReason } from '@jobstream/contracts/records';

/** How a job stands, as far as the projection has read. */
export interface JobStanding {
  readonly run: number;
  readonly state: JobState;
  /** Of a dead letter. */
  readonly reason: DeadLetterReason | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A job with what was asked of its newest run; null where that is not projected yet. */
export interface ProjectedJob extends JobStanding {
  readonly id: JobId;
  readonly type: string;
  readonly queue: string;
  readonly payload: unknown;
  readonly priority: Priority | null;
  readonly maxAttempts: number | null;
  readonly orderingKey: string | null;
  readonly submittedFor: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** What a replay asks the projection. Stages don't import each other: the app hands it in. */
export interface Projection {
  readonly queries: {
    /** Those that it does not know are left out. */
    standings(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, JobStanding>>;
    find(id: JobId): Promise<ProjectedJob | undefined>;
  };
  /** Resolves true once it holds every record that the log holds now, false after `timeoutMs`: only then is a job's fate known. */
  waitUntilCurrent(timeoutMs: number): Promise<boolean>;
}
