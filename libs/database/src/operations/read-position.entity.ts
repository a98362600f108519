import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a reader has a partition in its rows. Moves in the transaction that writes them. */
@Entity('read_positions')
export class ReadPositionEntity {
  /** Which reader: its consumer group. */
  @PrimaryColumn({ type: 'text', collation: 'C' })
  reader!: string;

  /** The Kafka cluster that the offset is of: another one is read from its start. */
  @PrimaryColumn({ name: 'cluster_id', type: 'text', collation: 'C' })
  clusterId!: string;

  @PrimaryColumn({ type: 'text', collation: 'C' })
  topic!: string;

  @PrimaryColumn({ type: 'integer' })
  partition!: number;

  /** The offset to read next. */
  @Column({ type: 'bigint' })
  next!: number;
}
