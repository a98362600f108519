import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A job that is made again and again. Either `cron` and `timeZone` are set, or `everyMs`. */
@Entity('schedules')
@Index('schedules_next_fire_at', ['nextFireAt'], { where: 'NOT paused' })
export class ScheduleEntity {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  name!: string;

  /** Another one for a schedule that is made anew under its name; zeros for one of the time before there were ids. */
  @Column({ type: 'uuid', default: '00000000-0000-0000-0000-000000000000' })
  id!: string;

  @Column({ type: 'text', nullable: true })
  cron!: string | null;

  @Column({ name: 'time_zone', type: 'text', nullable: true })
  timeZone!: string | null;

  @Column({ name: 'every_ms', type: 'bigint', nullable: true })
  everyMs!: number | null;

  /** What becomes of occurrences that nobody fired in time: `skip` or `fire-once`. */
  @Column({ type: 'text' })
  misfire!: string;

  /** Whether it fires while its last job is unfinished: `allow` or `skip`. */
  @Column({ type: 'text' })
  overlap!: string;

  @Column({ type: 'boolean' })
  paused!: boolean;

  /** JSON text: the submission that each occurrence makes. */
  @Column({ type: 'text' })
  job!: string;

  /** `code` as long as it is as the code declares it, `rest` once it was set by REST. */
  @Column({ type: 'text' })
  origin!: string;

  /** The first occurrence that nobody has looked at; null when there is none any more. */
  @Column({ name: 'next_fire_at', type: 'timestamptz', precision: 3, nullable: true })
  nextFireAt!: Date | null;

  /** The last occurrence that was fired. */
  @Column({ name: 'last_fire_at', type: 'timestamptz', precision: 3, nullable: true })
  lastFireAt!: Date | null;
}
