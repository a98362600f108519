import { parseDuration } from '@jobstream/contracts';
import type { ApiKeyRequest, ApiKeyView, RateLimit, Scope } from '@jobstream/contracts/rest';
import { readDatabaseClock, type Database } from '@jobstream/database';
import type { ParsedKey } from './key-format.js';

/** A key as it is checked: its hash, its owner and its rights. */
export interface KnownKey extends ParsedKey {
  readonly owner: string;
  readonly scopes: readonly Scope[];
  readonly rateLimit: RateLimit;
  readonly isRevoked: boolean;
  /** How long it is still valid, by Postgres' clock; null: without end. */
  readonly remainingMs: number | null;
}

interface KeyRow {
  readonly id: string;
  readonly hash: Buffer;
  readonly name: string;
  readonly owner: string;
  readonly scopes: Scope[];
  readonly rate_requests: number;
  readonly rate_window_seconds: number;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  readonly remaining_ms: number | null;
}

const columns = `id, hash, name, owner, scopes, rate_requests, rate_window_seconds, created_at, expires_at, revoked_at,
  last_used_at, (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::double precision AS remaining_ms`;
const isUsable = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())';
const maxPurged = 5_000;

/** The rows of `operations.api_keys`. Only Postgres' clock counts. */
export class ApiKeyStore {
  private readonly table: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.api_keys`;
  }

  /** Postgres' time, in milliseconds since 1970. */
  now(): Promise<number> {
    return readDatabaseClock(this.database);
  }

  /** Keeps a key that was just issued. */
  async insert({ id, hash }: ParsedKey, request: ApiKeyRequest): Promise<ApiKeyView> {
    const { name, owner = name, scopes, expiresIn, rateLimit } = request;
    const lifeMs = expiresIn === undefined ? null : parseDuration(expiresIn);
    const { rows } = await this.database.query<KeyRow>({
      text: `INSERT INTO ${this.table}
               (id, hash, name, owner, scopes, rate_requests, rate_window_seconds, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now() + $8 * interval '1 millisecond') RETURNING ${columns}`,
      values: [
        id,
        hash,
        name,
        owner,
        [...new Set(scopes)],
        rateLimit.requests,
        rateLimit.windowSeconds,
        lifeMs,
      ],
    });
    return viewOf(rows[0]!);
  }

  /** All keys, newest first. */
  async list(): Promise<ApiKeyView[]> {
    const { rows } = await this.database.query<KeyRow>({
      text: `SELECT ${columns} FROM ${this.table} ORDER BY id DESC`,
    });
    return rows.map(viewOf);
  }

  /** Those of the keys that there are, by id. */
  async find(ids: readonly string[]): Promise<Map<string, KnownKey>> {
    const { rows } = await this.database.query<KeyRow>({
      name: 'find-api-keys',
      text: `SELECT ${columns} FROM ${this.table} WHERE id = ANY($1::uuid[])`,
      values: [ids],
    });
    return new Map(rows.map((row) => [row.id, knownKeyOf(row)]));
  }

  /** Revokes a key for good; again does nothing. Answers whether there is one. */
  async revoke(id: string): Promise<boolean> {
    const { affected } = await this.database.query({
      text: `UPDATE ${this.table} SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1`,
      values: [id],
    });
    return affected > 0;
  }

  /** Notes that these keys were used now, unless that was noted within the last minute. */
  async touch(ids: readonly string[]): Promise<void> {
    await this.database.query({
      name: 'touch-api-keys',
      text: `UPDATE ${this.table} SET last_used_at = now() WHERE id IN (
               SELECT id FROM ${this.table} WHERE id = ANY($1::uuid[])
                 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
               ORDER BY id FOR UPDATE SKIP LOCKED)`,
      values: [ids],
    });
  }

  /** Whether any key could be used at all. */
  async hasUsable(): Promise<boolean> {
    const { affected } = await this.database.query({
      text: `SELECT 1 FROM ${this.table} WHERE ${isUsable} LIMIT 1`,
    });
    return affected > 0;
  }

  /** Deletes keys that expired or were revoked longer ago than that, at most 5,000; answers how many. */
  async purge(olderThanMs: number): Promise<number> {
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.table} WHERE id IN (
               SELECT id FROM ${this.table}
               WHERE least(expires_at, revoked_at) < now() - $1 * interval '1 millisecond' LIMIT $2)`,
      values: [olderThanMs, maxPurged],
    });
    return affected;
  }
}

function knownKeyOf(row: KeyRow): KnownKey {
  const { id, hash, owner, scopes, revoked_at, remaining_ms } = row;
  return {
    id,
    hash,
    owner,
    scopes,
    rateLimit: rateLimitOf(row),
    isRevoked: revoked_at !== null,
    remainingMs: remaining_ms,
  };
}

function viewOf(row: KeyRow): ApiKeyView {
  const { id, name, owner, scopes } = row;
  return {
    id,
    name,
    owner,
    scopes,
    rateLimit: rateLimitOf(row),
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}

function rateLimitOf({ rate_requests, rate_window_seconds }: KeyRow): RateLimit {
  return { requests: rate_requests, windowSeconds: rate_window_seconds };
}
