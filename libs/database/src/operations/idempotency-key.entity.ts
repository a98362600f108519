import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A request that its sender may repeat, and the answer it got. Written before producing, marked after. */
@Entity('idempotency_keys')
@Index('idempotency_keys_written_at', ['writtenAt'])
export class IdempotencyKeyEntity {
  /** Whose key it is: the owner of the API key, empty where none is needed. */
  @PrimaryColumn({ type: 'text' })
  owner!: string;

  /** Method and path, e.g. `POST /v1/jobs`. */
  @PrimaryColumn({ type: 'text' })
  route!: string;

  @PrimaryColumn({ type: 'text' })
  key!: string;

  /** SHA-256 of the body, hexadecimal. */
  @Column({ name: 'body_hash', type: 'text' })
  bodyHash!: string;

  /** A UUIDv7 drawn when the row was first written: the job's id, or what a batch's ids derive from. */
  @Column({ type: 'uuid' })
  seed!: string;

  /** By Postgres' clock; set anew by whoever takes an abandoned row over. */
  @Column({ name: 'written_at', type: 'timestamptz' })
  writtenAt!: Date;

  /** When the answer was written; null until then. */
  @Column({ name: 'marked_at', type: 'timestamptz', nullable: true })
  markedAt!: Date | null;

  /** JSON text of the body; while `marked_at` is null, of what an attempt left unfinished. */
  @Column({ type: 'text', nullable: true })
  answer!: string | null;
}
