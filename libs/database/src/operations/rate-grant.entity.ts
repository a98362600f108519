import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far the starts under a rate limit are granted. */
@Entity('rate_grants')
export class RateGrantEntity {
  /** The limit and its rate: another rate begins anew. */
  @PrimaryColumn({ type: 'text', collation: 'C' })
  id!: string;

  @Column({ name: 'next_at', type: 'timestamptz' })
  nextAt!: Date;
}
