import type { FixedTerm, JobId, JobState, Priority } from '@jobstream/contracts';
import type { DeadLetterReason } from '@jobstream/contracts/records';

/** How a job stands, as far as the projection has read. */
export interface JobStanding {
  readonly run: number;
  readonly state: JobState;
  /** Null unless it is a dead letter. */
  readonly reason: DeadLetterReason | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A job with the request of its newest run; the request's fields are null while it is not projected yet. */
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
  /** The URL that hears of the end of each run. */
  readonly notify: string | null;
}

/** Questions of a replay to the projection. Stages don't import each other, so the app supplies this. */
export interface Projection {
  readonly queries: {
    /** Jobs that the projection does not know are left out. */
    standings(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, JobStanding>>;
    find(id: JobId): Promise<ProjectedJob | undefined>;
    /** Jobs that meet every term, newest first. A page may be empty although there are more; `next` is null at the end. */
    list(filter: {
      readonly terms: readonly FixedTerm[];
      readonly cursor: string;
      readonly limit: number;
      /** Whether the payload is read; null otherwise. */
      readonly payload: boolean;
      /** For how long a page is looked for, in ms. */
      readonly searchMs: number;
    }): Promise<{ readonly items: readonly ProjectedJob[]; readonly next: string | null }>;
  };
  /**
   * Resolves true once the projection holds every record that the log holds now, false after `timeoutMs`. Only then the
   * state of a job is certain.
   */
  waitUntilCurrent(timeoutMs: number): Promise<boolean>;
}
