import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateUniqueKeys1763960000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- The job that holds a unique key. Written with the job's row in delayed_jobs, before its request is sent.
      CREATE TABLE ${schema}.unique_keys (
        -- SHA-256 of job type and key, base64url.
        key_hash text COLLATE "C" PRIMARY KEY,
        job_id uuid NOT NULL,
        -- 'waiting': until the job starts; 'unfinished': until it has ended; 'until': until free_at.
        held text NOT NULL,
        free_at timestamptz(3),
        taken_at timestamptz(3) NOT NULL,
        -- Whether the log has acknowledged the request.
        acknowledged boolean NOT NULL DEFAULT false,
        -- Queue and state as the job was accepted: the answer to whoever submits the key again.
        queue text NOT NULL,
        state text NOT NULL
      )`);
    await runner.query(
      `CREATE INDEX unique_keys_free_at ON ${schema}.unique_keys (free_at) WHERE free_at IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.unique_keys`);
  }
}
