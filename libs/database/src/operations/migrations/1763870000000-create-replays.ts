import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateReplays1763870000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      CREATE TABLE ${schema}.replays (
        id uuid PRIMARY KEY,
        source text NOT NULL,
        queue text NOT NULL,
        request text NOT NULL,
        ranges text NOT NULL,
        state text NOT NULL,
        matched bigint NOT NULL,
        replayed bigint NOT NULL,
        failed bigint NOT NULL,
        skipped text NOT NULL,
        faults text NOT NULL,
        expected bigint,
        requested_by text,
        created_at timestamptz(3) NOT NULL,
        started_at timestamptz(3),
        finished_at timestamptz(3),
        trouble text,
        lease_token uuid,
        lease_until timestamptz(3)
      )`);
    await runner.query(`
      CREATE INDEX replays_open ON ${schema}.replays (created_at)
      WHERE state IN ('pending', 'running', 'cancelling')`);
    await runner.query(`
      CREATE TABLE ${schema}.replay_jobs (
        job_id uuid NOT NULL,
        run integer NOT NULL,
        replay_id uuid NOT NULL,
        state text NOT NULL,
        request text,
        detail text,
        replayed_at timestamptz(3),
        PRIMARY KEY (job_id, run)
      )`);
    await runner.query(`CREATE INDEX replay_jobs_replay ON ${schema}.replay_jobs (replay_id, job_id, run)`);
    await runner.query(
      `CREATE INDEX replay_jobs_reserved ON ${schema}.replay_jobs (replay_id) WHERE state = 'reserved'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['replay_jobs', 'replays']) await runner.query(`DROP TABLE ${schema}.${table}`);
  }
}
