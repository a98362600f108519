import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateErrorGroups1764020000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- Failures that are alike, counted. See libs/projection/src/error-groups.
      CREATE TABLE ${schema}.error_groups (
        id text COLLATE "C" NOT NULL,
        -- Projectors that write at once have rows of their own, so that none waits for another: add them up.
        writer smallint NOT NULL,
        count bigint NOT NULL,
        first_at timestamptz(3) NOT NULL,
        last_at timestamptz(3) NOT NULL,
        -- Of the latest failure, as is all that follows.
        job_id uuid NOT NULL,
        type text NOT NULL,
        queue text NOT NULL,
        code text NOT NULL,
        message text NOT NULL,
        PRIMARY KEY (id, writer)
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      -- Failures of a group in an hour of the last day.
      CREATE TABLE ${schema}.error_hours (
        id text COLLATE "C" NOT NULL,
        -- When the hour begins.
        at timestamptz(0) NOT NULL,
        writer smallint NOT NULL,
        count integer NOT NULL,
        PRIMARY KEY (id, at, writer)
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      -- The group of the error that the row shows; null without one, so the index costs plain jobs nothing.
      ALTER TABLE ${schema}.jobs ADD COLUMN error_group text COLLATE "C"`);
    await runner.query(
      `CREATE INDEX jobs_error_group ON ${schema}.jobs (error_group, id) INCLUDE (indexed_state)
       WHERE error_group IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`ALTER TABLE ${schema}.jobs DROP COLUMN error_group`);
    for (const table of ['error_hours', 'error_groups']) await runner.query(`DROP TABLE ${schema}.${table}`);
  }
}
