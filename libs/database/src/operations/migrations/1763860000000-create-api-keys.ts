import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateApiKeys1763860000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      CREATE TABLE ${schema}.api_keys (
        id uuid PRIMARY KEY,
        hash bytea NOT NULL,
        name text NOT NULL,
        owner text NOT NULL,
        scopes text[] NOT NULL,
        rate_requests integer NOT NULL,
        rate_window_seconds integer NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE ${schema}.audit_entries (
        id uuid PRIMARY KEY,
        at timestamptz(3) NOT NULL,
        who text,
        key_id uuid,
        action text NOT NULL,
        target text NOT NULL,
        request_id text NOT NULL,
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
