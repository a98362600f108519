import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What became of the jobs of one type that were created on one day in UTC, as it was when they were counted. */
@Entity('daily_statistics')
export class DailyStatisticEntity {
  @PrimaryColumn({ type: 'date' })
  day!: string;

  @PrimaryColumn({ type: 'text', collation: 'C' })
  type!: string;

  @Column({ type: 'bigint' })
  created!: number;

  @Column({ type: 'bigint' })
  succeeded!: number;

  @Column({ name: 'dead_lettered', type: 'bigint' })
  deadLettered!: number;

  /** Cancelled, expired or unfinished. */
  @Column({ type: 'bigint' })
  other!: number;

  /** Of the jobs that succeeded, from the start of the last attempt to its end; null where none did. */
  @Column({ name: 'median_ms', type: 'double precision', nullable: true })
  medianMs!: number | null;

  @Column({ name: 'p95_ms', type: 'double precision', nullable: true })
  p95Ms!: number | null;
}
