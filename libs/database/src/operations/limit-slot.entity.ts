import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One place of a concurrency limit, held by a worker until its lease ends. */
@Entity('limit_slots')
export class LimitSlotEntity {
  /** The limit: a queue, or a queue and a key of its payloads. */
  @PrimaryColumn({ type: 'text', collation: 'C' })
  id!: string;

  /** From 1 to how many the limit lets run at once. */
  @PrimaryColumn({ type: 'integer' })
  slot!: number;

  /** The worker process. */
  @Column({ type: 'text' })
  worker!: string;

  @Column({ name: 'lease_until', type: 'timestamptz' })
  leaseUntil!: Date;
}
