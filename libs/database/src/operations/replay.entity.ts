import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A replay: what was asked, how far it has come, and which process runs it. */
@Entity('replays')
@Index('replays_open', ['createdAt'], { where: "state IN ('pending', 'running', 'cancelling')" })
export class ReplayEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** `history` or `dead-letters`; `job` for one job that was named. */
  @Column({ type: 'text' })
  source!: string;

  @Column({ type: 'text' })
  queue!: string;

  /** JSON text of the whole request, defaults filled in. */
  @Column({ type: 'text' })
  request!: string;

  /** JSON text: the stretches of the log to read, each with the offset to go on at. Moves with the jobs reserved. */
  @Column({ type: 'text' })
  ranges!: string;

  /** `pending`, `running`, `cancelling`, `finished`, `cancelled` or `failed`. */
  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'bigint' })
  matched!: number;

  /** Runs that are in their queue. */
  @Column({ type: 'bigint' })
  replayed!: number;

  @Column({ type: 'bigint' })
  failed!: number;

  /** JSON text: how many were passed over, by reason. */
  @Column({ type: 'text' })
  skipped!: string;

  /** JSON text: which jobs failed and why, of the first hundred. */
  @Column({ type: 'text' })
  faults!: string;

  @Column({ type: 'bigint', nullable: true })
  expected!: number | null;

  @Column({ name: 'requested_by', type: 'text', nullable: true })
  requestedBy!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true })
  finishedAt!: Date | null;

  /** Why it does not go on at present. */
  @Column({ type: 'text', nullable: true })
  trouble!: string | null;

  /** Who runs it: drawn anew by each process that takes it. */
  @Column({ name: 'lease_token', type: 'uuid', nullable: true })
  leaseToken!: string | null;

  /** Until when, by Postgres' clock. */
  @Column({ name: 'lease_until', type: 'timestamptz', precision: 3, nullable: true })
  leaseUntil!: Date | null;

  /** Since it last moved on, the tokens whose lease ran out and whose process has not shown that it lives. */
  @Column({ type: 'uuid', array: true, default: '{}' })
  deaths!: string[];

  /** JSON text: code and message of why it failed. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;
}
