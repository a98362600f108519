import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A job request that waits for its time. A row is one record to append, ready made. */
@Entity('delayed_jobs')
@Index('delayed_jobs_due', ['dueAt'], { where: "state = 'waiting'" })
@Index('delayed_jobs_publishing', ['restUntil', 'dueAt'], { where: "state = 'publishing'" })
export class DelayedJobEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @PrimaryColumn({ type: 'integer' })
  run!: number;

  /** The attempt that waits. */
  @PrimaryColumn({ type: 'integer' })
  attempt!: number;

  /** `waiting`, then `publishing`: such a row can only be published, and then it is deleted. */
  @Column({ type: 'text' })
  state!: string;

  @Column({ name: 'due_at', type: 'timestamptz', precision: 3 })
  dueAt!: Date;

  @Column({ type: 'text' })
  queue!: string;

  @Column({ type: 'text' })
  priority!: string;

  /** JSON text, as are value and headers: a key can hold what text can't. */
  @Column({ type: 'text' })
  key!: string;

  @Column({ type: 'text' })
  value!: string;

  @Column({ type: 'text' })
  headers!: string;

  /** Its queue's topic, or its partition, refused it: not tried again before. */
  @Column({ name: 'rest_until', type: 'timestamptz', precision: 3, default: () => "'-infinity'" })
  restUntil!: Date;
}
