import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One request that changed something, or was not allowed to. */
@Entity('audit_entries')
@Index('audit_entries_key', ['keyId', 'id'], { where: 'key_id IS NOT NULL' })
export class AuditEntryEntity {
  /** A UUIDv7 of when the request was answered: pages and the cleanup go by it. */
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  /** The owner of the API key; null where none is needed. */
  @Column({ type: 'text', nullable: true })
  who!: string | null;

  @Column({ name: 'key_id', type: 'uuid', nullable: true })
  keyId!: string | null;

  /** Method and route. */
  @Column({ type: 'text' })
  action!: string;

  /** The path of what was changed or made. */
  @Column({ type: 'text' })
  target!: string;

  @Column({ name: 'request_id', type: 'text' })
  requestId!: string;

  /** The HTTP status of the answer. */
  @Column({ type: 'integer' })
  status!: number;
}
