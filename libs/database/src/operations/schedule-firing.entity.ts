import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * What was decided for one occurrence of a schedule. Written before its job is produced and marked after, so that whoever
 * meets it unmarked produces the same job under the same id.
 */
@Entity('schedule_firings')
@Index('schedule_firings_pending', ['restUntil', 'fireAt'], { where: "state = 'pending'" })
@Index('schedule_firings_open', ['jobId'], { where: "watched AND state IN ('pending', 'fired')" })
@Index('schedule_firings_decided_at', ['decidedAt'])
export class ScheduleFiringEntity {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  schedule!: string;

  /** The schedule's id: a deleted one's firings are not those of its namesake. */
  @PrimaryColumn({
    name: 'schedule_id',
    type: 'uuid',
    default: '00000000-0000-0000-0000-000000000000',
  })
  scheduleId!: string;

  /** The occurrence's instant; of one fired by hand, when that was. */
  @PrimaryColumn({ name: 'fire_at', type: 'timestamptz', precision: 3 })
  fireAt!: Date;

  /** Follows from schedule and instant. */
  @Column({ name: 'job_id', type: 'uuid' })
  jobId!: string;

  /** JSON text: the submission, as the schedule had it at the time. */
  @Column({ type: 'text' })
  job!: string;

  /** `pending` until the job is acknowledged, then `fired`, `ended` once its end was seen; `skipped` or `refused`. */
  @Column({ type: 'text' })
  state!: string;

  /** Whether the job's end is waited for: the schedule does not overlap. */
  @Column({ type: 'boolean' })
  watched!: boolean;

  /** Why it was skipped or refused. */
  @Column({ type: 'text', nullable: true })
  detail!: string | null;

  @Column({ name: 'decided_at', type: 'timestamptz', precision: 3 })
  decidedAt!: Date;

  /** The topic of its job, or its partition, refused it: not tried again before. */
  @Column({ name: 'rest_until', type: 'timestamptz', precision: 3, default: () => "'-infinity'" })
  restUntil!: Date;

  @Column({ name: 'fired_at', type: 'timestamptz', precision: 3, nullable: true })
  firedAt!: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true })
  endedAt!: Date | null;
}
