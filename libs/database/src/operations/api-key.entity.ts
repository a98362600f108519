import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An API key. The key itself is not here: only what it can be recognised by. */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** SHA-256 of the key. */
  @Column({ type: 'bytea' })
  hash!: Buffer;

  @Column({ type: 'text' })
  name!: string;

  /** Whose Idempotency-Keys it shares. */
  @Column({ type: 'text' })
  owner!: string;

  @Column({ type: 'text', array: true })
  scopes!: string[];

  /** Requests in a window. */
  @Column({ name: 'rate_requests', type: 'integer' })
  rateRequests!: number;

  @Column({ name: 'rate_window_seconds', type: 'integer' })
  rateWindowSeconds!: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** Null: never. */
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  /** Moved at most once a minute. */
  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;
}
