import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateReplays1763870000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- A replay: what was asked, how far it has come, and which process runs it.
      CREATE TABLE ${schema}.replays (
        id uuid PRIMARY KEY,
        -- 'history' or 'dead-letters'; 'job' for one job that was named.
        source text NOT NULL,
        queue text NOT NULL,
        -- JSON text of the whole request, defaults filled in.
        request text NOT NULL,
        -- JSON text: the stretches of the log to read, each with its next offset. Moves with the jobs
        -- reserved.
        ranges text NOT NULL,
        -- 'pending', 'running', 'cancelling', 'finished', 'cancelled' or 'failed'.
        state text NOT NULL,
        matched bigint NOT NULL,
        -- Runs that their queue holds.
        replayed bigint NOT NULL,
        failed bigint NOT NULL,
        -- JSON text: how many were skipped, by reason.
        skipped text NOT NULL,
        -- JSON text: the first hundred jobs that failed, and why.
        faults text NOT NULL,
        expected bigint,
        requested_by text,
        created_at timestamptz(3) NOT NULL,
        started_at timestamptz(3),
        finished_at timestamptz(3),
        -- Why it stands still at present.
        trouble text,
        -- The process that runs it; drawn anew by each that takes it.
        lease_token uuid,
        -- Until when, by Postgres' clock.
        lease_until timestamptz(3)
      )`);
    await runner.query(`
      CREATE INDEX replays_open ON ${schema}.replays (created_at)
      WHERE state IN ('pending', 'running', 'cancelling')`);
    await runner.query(`
      -- A run that a replay makes. Its key is what keeps any two replays from making it twice.
      CREATE TABLE ${schema}.replay_jobs (
        job_id uuid NOT NULL,
        run integer NOT NULL,
        replay_id uuid NOT NULL,
        -- 'reserved': its request may or may not be in the log; 'replayed': it is; 'refused': the broker does
        -- not take it.
        state text NOT NULL,
        -- JSON text of the request to produce, as long as it is reserved.
        request text,
        -- Why it was refused.
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
