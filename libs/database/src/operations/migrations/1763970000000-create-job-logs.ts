import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateJobLogs1763970000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- What handlers have logged: a row for each record of jobs.logs. The records of a job share a partition.
      CREATE TABLE ${schema}.job_logs (
        job_id uuid NOT NULL,
        "offset" bigint NOT NULL,
        partition integer NOT NULL,
        -- The record's append time.
        appended_at timestamptz(3) NOT NULL,
        run integer NOT NULL,
        attempt integer NOT NULL,
        worker text NOT NULL,
        -- Lines of the attempt that were not kept; null but in its last record.
        left_out integer,
        -- JSON text: an array of lines.
        lines text NOT NULL,
        PRIMARY KEY (job_id, "offset")
      )`);
    await runner.query(`CREATE INDEX job_logs_appended_at ON ${schema}.job_logs (appended_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.job_logs`);
  }
}
