import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateIdempotencyKeys1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      CREATE TABLE ${schema}.idempotency_keys (
        owner text NOT NULL,
        route text NOT NULL,
        key text NOT NULL,
        body_hash text NOT NULL,
        seed uuid NOT NULL,
        written_at timestamptz NOT NULL,
        marked_at timestamptz,
        answer text,
        PRIMARY KEY (owner, route, key)
      )`);
    await runner.query(`CREATE INDEX idempotency_keys_written_at ON ${schema}.idempotency_keys (written_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.idempotency_keys`);
  }
}
