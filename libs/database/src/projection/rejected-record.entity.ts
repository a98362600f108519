import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A record in which no job could be read: where it stood, and why. */
@Entity('rejected_records')
export class RejectedRecordEntity {
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
  reason!: string;

  /** JSON text: code and message. */
  @Column({ type: 'text' })
  error!: string;

  /** The queue whose worker set the record aside; null for one met on a topic that is no queue. */
  @Column({ type: 'text', nullable: true })
  queue!: string | null;

  /** Where the dead letter lies that holds the record byte for byte; null where there is none. */
  @Column({ name: 'dead_letter_topic', type: 'text', nullable: true })
  deadLetterTopic!: string | null;

  @Column({ name: 'dead_letter_offset', type: 'bigint', nullable: true })
  deadLetterOffset!: number | null;
}
