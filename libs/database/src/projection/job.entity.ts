import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A job as the log has it: what `JobFold` (lifecycle) says, one column a field. Columns come in three groups, each
 * written whole: `origin_*`, `type` … from the job's lowest record, `request_*`, `queue` … from the newest run's first
 * request, `outcome_*`, `state` … from the record that brings the run farthest. Ranks and positions are what the groups
 * are compared by. Every value comes from a record, so that building the table again gives the same rows.
 */
@Entity('jobs')
@Index('jobs_indexed_state', ['indexedState', 'id'], { where: 'indexed_state IS NOT NULL' })
@Index('jobs_submitted_for', ['submittedFor', 'id'], { where: 'submitted_for IS NOT NULL' })
export class JobEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'integer' })
  run!: number;

  @Column({ name: 'origin_run', type: 'integer' })
  originRun!: number;

  @Column({ name: 'origin_rank', type: 'bigint' })
  originRank!: number;

  @Column({ name: 'origin_position', type: 'text', collation: 'C' })
  originPosition!: string;

  @Column({ type: 'text' })
  type!: string;

  @Column({ name: 'submitted_for', type: 'text', nullable: true })
  submittedFor!: string | null;

  /** Null where the job belongs to no other trace: then its trace id is its id without dashes. */
  @Column({ name: 'trace_id', type: 'text', nullable: true })
  traceId!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'request_rank', type: 'bigint' })
  requestRank!: number;

  @Column({ name: 'request_position', type: 'text', collation: 'C' })
  requestPosition!: string;

  @Column({ name: 'requested_at', type: 'timestamptz', precision: 3 })
  requestedAt!: Date;

  @Column({ type: 'text' })
  queue!: string;

  /** JSON text, as are result, error and progress. */
  @Column({ type: 'text', nullable: true })
  payload!: string | null;

  @Column({ type: 'text', nullable: true })
  priority!: string | null;

  @Column({ name: 'max_attempts', type: 'integer', nullable: true })
  maxAttempts!: number | null;

  @Column({ name: 'ordering_key', type: 'text', nullable: true })
  orderingKey!: string | null;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'outcome_rank', type: 'bigint' })
  outcomeRank!: number;

  @Column({ name: 'outcome_position', type: 'text', collation: 'C' })
  outcomePosition!: string;

  /** The append time of the record that `state` is from. */
  @Column({ name: 'changed_at', type: 'timestamptz', precision: 3 })
  changedAt!: Date;

  @Column({ type: 'text' })
  state!: string;

  /**
   * The state, but null for `queued` and `succeeded`: an index on a column that a plain job changes, even one that only
   * leaves it out, would cost every job a HOT update (heap-only tuple: no index touched).
   */
  @Column({ name: 'indexed_state', type: 'text', nullable: true })
  indexedState!: string | null;

  @Column({ type: 'integer' })
  attempt!: number;

  @Column({ type: 'text', nullable: true })
  result!: string | null;

  @Column({ type: 'text', nullable: true })
  error!: string | null;

  @Column({ type: 'text', nullable: true })
  progress!: string | null;

  /** Of a dead letter. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', nullable: true })
  worker!: string | null;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true })
  finishedAt!: Date | null;

  @Column({ name: 'next_attempt_at', type: 'timestamptz', precision: 3, nullable: true })
  nextAttemptAt!: Date | null;

  /** The run's distinct starts but for the outcome's own; null for none. */
  @Column({ type: 'text', array: true, collation: 'C', nullable: true })
  starts!: string[] | null;

  /** Plain records of all runs but for the request's and the outcome's own; null for none. */
  @Column({ type: 'text', array: true, collation: 'C', nullable: true })
  past!: string[] | null;

  /** A rebuild took the row over from the generation before, because the log no longer held all of its records. */
  @Column({ type: 'boolean', default: false })
  carried!: boolean;
}
