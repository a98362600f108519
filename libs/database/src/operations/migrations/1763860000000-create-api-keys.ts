import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateApiKeys1763860000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- An API key. The key itself is not here: only what it can be recognised by.
      CREATE TABLE ${schema}.api_keys (
        id uuid PRIMARY KEY,
        -- SHA-256 of the key.
        hash bytea NOT NULL,
        name text NOT NULL,
        -- Whose Idempotency-Keys it shares.
        owner text NOT NULL,
        scopes text[] NOT NULL,
        -- Requests in a window.
        rate_requests integer NOT NULL,
        rate_window_seconds integer NOT NULL,
        created_at timestamptz NOT NULL,
        -- Null: never.
        expires_at timestamptz,
        revoked_at timestamptz,
        -- Moved at most once a minute.
        last_used_at timestamptz
      )`);
    await runner.query(`
      -- One request that changed something, or was not allowed to.
      CREATE TABLE ${schema}.audit_entries (
        -- A UUIDv7 of when the request was answered: pages and the cleanup go by it.
        id uuid PRIMARY KEY,
        at timestamptz(3) NOT NULL,
        -- The owner of the API key; null where none is needed.
        who text,
        key_id uuid,
        -- Method and route.
        action text NOT NULL,
        -- The path of what was changed or made.
        target text NOT NULL,
        request_id text NOT NULL,
        -- The HTTP status of the answer.
        status integer NOT NULL
      )`);
    await runner.query(
      `CREATE INDEX audit_entries_key ON ${schema}.audit_entries (key_id, id) WHERE key_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['audit_entries', 'api_keys']) await runner.query(`DROP TABLE ${schema}.${table}`);
  }
}
