import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateIdempotencyKeys1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- A request that its sender may repeat, and the answer it got. Written before producing, marked after.
      CREATE TABLE ${schema}.idempotency_keys (
        -- Whose key it is: the owner of the API key, empty where none is needed.
        owner text NOT NULL,
        -- Method and path, e.g. 'POST /v1/jobs'.
        route text NOT NULL,
        key text NOT NULL,
        -- SHA-256 of the body, hexadecimal.
        body_hash text NOT NULL,
        -- A UUIDv7 drawn when the row was first written: the job's id, or what a batch's ids derive from.
        seed uuid NOT NULL,
        -- By Postgres' clock; set anew by whoever takes an abandoned row over.
        written_at timestamptz NOT NULL,
        -- When the answer was written; null until then.
        marked_at timestamptz,
        -- JSON text of the body; while 'marked_at' is null, of what an attempt left unfinished.
        answer text,
        PRIMARY KEY (owner, route, key)
      )`);
    await runner.query(`CREATE INDEX idempotency_keys_written_at ON ${schema}.idempotency_keys (written_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.idempotency_keys`);
  }
}
