import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateEndpoints1763940000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- The secrets that sign what is sent to the endpoint of a job type.
      CREATE TABLE ${schema}.endpoint_secrets (
        job_type text NOT NULL,
        -- whsec_…, as it signs: a hash could not.
        secret text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Null for the newest one; others sign until then.
        valid_until timestamptz,
        PRIMARY KEY (job_type, secret)
      )`);
    await runner.query(`
      -- The servers that http-workers keep from calling, because they fail.
      CREATE TABLE ${schema}.endpoint_circuits (
        -- Of their URLs: scheme, host and port.
        origin text NOT NULL,
        -- The process that keeps from calling it.
        worker text NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT now(),
        -- Renewed while it is so; an older row is from a process that is gone.
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (origin, worker)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`DROP TABLE ${schema}.endpoint_circuits`);
    await runner.query(`DROP TABLE ${schema}.endpoint_secrets`);
  }
}
