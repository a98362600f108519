import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far the rows of this schema hold a partition. Moves in the transaction that writes the rows. */
@Entity('checkpoints')
export class CheckpointEntity {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  topic!: string;

  @PrimaryColumn({ type: 'integer' })
  partition!: number;

  /** The offset to read next. */
  @Column({ type: 'bigint' })
  next!: number;

  /** The Kafka cluster that the offsets are of. */
  @Column({ name: 'cluster_id', type: 'text' })
  clusterId!: string;

  /** Counts how often the projection was built; a projector of an earlier one can write nothing. */
  @Column({ type: 'integer' })
  generation!: number;
}
