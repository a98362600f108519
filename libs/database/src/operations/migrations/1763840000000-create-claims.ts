import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateClaims1763840000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- Who may run a job's attempt, and how the last one ended. One row a job.
      CREATE TABLE ${schema}.claims (
        -- Of the job.
        id uuid PRIMARY KEY,
        run integer NOT NULL,
        attempt integer NOT NULL,
        -- Whether later attempts of the run come by the same record: the job has an ordering key.
        in_place boolean NOT NULL,
        -- 'running' under a lease; 'free': given back before it started; 'retrying' or 'ended': the attempt,
        -- or the run, has an outcome.
        state text NOT NULL,
        -- The last taker: the worker process and a number of its own.
        owner text NOT NULL,
        -- Counts the takings: what an owner writes is void once another has taken it.
        fence bigint NOT NULL,
        -- By Postgres' clock.
        leased_until timestamptz NOT NULL,
        -- Owners whose lease ran out in this attempt.
        deaths integer NOT NULL,
        -- JSON text of what follows from the attempt; null until it has ended.
        outcome text,
        -- When it was last taken, given back or ended.
        changed_at timestamptz NOT NULL
      ) WITH (fillfactor = 70)`);
    await runner.query(`CREATE INDEX claims_changed_at ON ${schema}.claims (changed_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.claims`);
  }
}
