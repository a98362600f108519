import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateFlows1763980000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- Jobs that wait for each other. Its rows change under the lock of this row.
      CREATE TABLE ${schema}.flows (
        id uuid PRIMARY KEY,
        -- 'running', 'failing', 'cancelling', 'succeeded', 'failed' or 'cancelled'.
        state text NOT NULL,
        -- 'cancel' or 'continue'.
        on_failure text NOT NULL,
        -- The job whose handler made it.
        parent_id uuid,
        -- W3C trace context that its jobs get.
        traceparent text,
        total integer NOT NULL,
        succeeded integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        cancelled integer NOT NULL DEFAULT 0,
        -- Jobs that did not succeed, and for which no other waits.
        lost_ends integer NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL,
        finished_at timestamptz(3)
      )`);
    await runner.query(`CREATE INDEX flows_unfinished ON ${schema}.flows (id) WHERE finished_at IS NULL`);
    await runner.query(`CREATE INDEX flows_finished_at ON ${schema}.flows (finished_at)`);
    await runner.query(`
      -- A job of a flow.
      CREATE TABLE ${schema}.flow_steps (
        flow_id uuid NOT NULL REFERENCES ${schema}.flows ON DELETE CASCADE,
        -- From 0, in the order of the submission.
        place integer NOT NULL,
        name text NOT NULL,
        job_id uuid NOT NULL,
        type text NOT NULL,
        queue text NOT NULL,
        -- 'waiting', 'ready', 'started', 'succeeded', 'failed' or 'cancelled'.
        state text NOT NULL,
        -- The run of the job that counts.
        run integer NOT NULL DEFAULT 1,
        -- Jobs that it waits for and that have not let it go.
        waits integer NOT NULL,
        is_last boolean NOT NULL,
        -- Whether others are told how it ended: then outcome keeps that.
        is_referred boolean NOT NULL,
        -- JSON text: the submission, with references to results.
        submission text NOT NULL,
        -- JSON text.
        outcome text,
        error_code text,
        error_message text,
        -- When the log had this run; null before.
        started_at timestamptz(3),
        -- A ready job that its topic refused is not sent again before.
        rest_until timestamptz(3) NOT NULL DEFAULT '-infinity',
        PRIMARY KEY (flow_id, place)
      )`);
    await runner.query(`CREATE INDEX flow_steps_job_id ON ${schema}.flow_steps (job_id)`);
    await runner.query(
      `CREATE INDEX flow_steps_ready ON ${schema}.flow_steps (rest_until, flow_id, place) WHERE state = 'ready'`,
    );
    await runner.query(`
      -- The job of the place waiting waits for that of the place awaited.
      CREATE TABLE ${schema}.flow_waits (
        flow_id uuid NOT NULL REFERENCES ${schema}.flows ON DELETE CASCADE,
        awaited integer NOT NULL,
        waiting integer NOT NULL,
        PRIMARY KEY (flow_id, awaited, waiting)
      )`);
    await runner.query(`CREATE INDEX flow_waits_waiting ON ${schema}.flow_waits (flow_id, waiting, awaited)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['flow_waits', 'flow_steps', 'flows'])
      await runner.query(`DROP TABLE ${schema}.${table}`);
  }
}
