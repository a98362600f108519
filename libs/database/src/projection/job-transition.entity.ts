import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A change of state that a job's own row does not keep: everything but `queued`, `succeeded` and progress. */
@Entity('job_transitions')
export class JobTransitionEntity {
  @PrimaryColumn({ name: 'job_id', type: 'uuid' })
  jobId!: string;

  @PrimaryColumn({ type: 'text', collation: 'C' })
  topic!: string;

  @PrimaryColumn({ type: 'integer' })
  partition!: number;

  @PrimaryColumn({ type: 'bigint' })
  offset!: number;

  /** The record's append time. */
  @Column({ name: 'appended_at', type: 'timestamptz', precision: 3 })
  appendedAt!: Date;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'integer' })
  run!: number;

  @Column({ type: 'integer' })
  attempt!: number;

  @Column({ type: 'text', nullable: true })
  worker!: string | null;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'text', nullable: true })
  error!: string | null;

  @Column({ name: 'next_attempt_at', type: 'timestamptz', precision: 3, nullable: true })
  nextAttemptAt!: Date | null;

  /** Of a dead letter, as are `attempts` and `origin` (JSON text). */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'integer', nullable: true })
  attempts!: number | null;

  @Column({ type: 'text', nullable: true })
  origin!: string | null;
}
