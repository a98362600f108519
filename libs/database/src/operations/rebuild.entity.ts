import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The projection made again from the log, beside the live one. One at a time is unfinished. */
@Entity('rebuilds')
@Index('rebuilds_unfinished', ['unfinished'], { unique: true, where: 'unfinished' })
export class RebuildEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** `pending`, `reading`, `comparing`; then `swapped`, `failed` or `cancelled`. */
  @Column({ type: 'text' })
  state!: string;

  /** The state is one of the first three. */
  @Column({ type: 'boolean' })
  unfinished!: boolean;

  /** Whether the new generation becomes the live one `when-equal` or `always`. */
  @Column({ type: 'text' })
  swap!: string;

  /** Whether the generation that was live stays after the swap. */
  @Column({ name: 'keep_old', type: 'boolean' })
  keepOld!: boolean;

  @Column({ type: 'text', nullable: true })
  why!: string | null;

  /** The new generation's number; null until it was begun. */
  @Column({ type: 'integer', nullable: true })
  generation!: number | null;

  /** The schema that is left of it beside the live one; null for none. */
  @Column({ name: 'kept_schema', type: 'text', nullable: true })
  keptSchema!: string | null;

  @Column({ name: 'cancel_requested', type: 'boolean' })
  cancelRequested!: boolean;

  /** Records read, of those the log holds. */
  @Column({ name: 'records_done', type: 'bigint' })
  recordsDone!: number;

  @Column({ name: 'records_total', type: 'bigint' })
  recordsTotal!: number;

  /** Records a second of late; null while nothing is read. */
  @Column({ name: 'records_per_second', type: 'double precision', nullable: true })
  recordsPerSecond!: number | null;

  /** Jobs carried over from the live generation, because the log no longer holds their first record. */
  @Column({ type: 'bigint' })
  carried!: number;

  /** Jobs compared. */
  @Column({ type: 'bigint' })
  compared!: number;

  /** Why it does not go on at present. */
  @Column({ type: 'text', nullable: true })
  trouble!: string | null;

  /** JSON text: how many rows differ, and the first of them. */
  @Column({ type: 'text', nullable: true })
  differences!: string | null;

  /** JSON text: code and message of why it failed. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;

  /** The process that works on it, until `lease_until` by Postgres' clock. */
  @Column({ type: 'text', nullable: true })
  owner!: string | null;

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil!: Date | null;

  /** The processes whose lease ran out and that have not shown that they live. */
  @Column({ type: 'text', array: true, default: '{}' })
  deaths!: string[];

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true })
  finishedAt!: Date | null;
}
