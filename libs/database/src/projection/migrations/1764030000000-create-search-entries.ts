import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateSearchEntries1764030000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- Every type of a job whose row was written since this table is there, and what its jobs are searched by. See
      -- libs/projection/src/search.
      CREATE TABLE ${schema}.projected_types (
        type text COLLATE "C" PRIMARY KEY,
        -- When the declaration was published that is in force here; null before the first one.
        declared_at timestamptz(3),
        -- For each path of the payload by which the type's jobs are searched: the id from which on each job has its entry.
        search jsonb NOT NULL DEFAULT '{}'
      )`);
    await runner.query(`
      -- A row for each value by which a job is searched. Jobs of types that declare nothing have none.
      CREATE TABLE ${schema}.search_entries (
        -- A hash of the path and the value: other values may have the same, and a job may have had the value in an earlier run. So
        -- the row of the job decides.
        key bigint NOT NULL,
        job_id uuid NOT NULL,
        PRIMARY KEY (key, job_id)
      )`);
    await runner.query(`
      -- Equal to "next" as long as all who moved it wrote entries. An older version, which may run beside a newer one, moves only "next".
      ALTER TABLE ${schema}.checkpoints ADD COLUMN entries_to bigint`);
    await runner.query(`CREATE INDEX search_entries_job ON ${schema}.search_entries (job_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`ALTER TABLE ${schema}.checkpoints DROP COLUMN entries_to`);
    for (const table of ['search_entries', 'projected_types'])
      await runner.query(`DROP TABLE ${schema}.${table}`);
  }
}
