import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateRebuilds1763880000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- The projection made again from the log, beside the live one. One at a time is unfinished.
      CREATE TABLE ${schema}.rebuilds (
        id uuid PRIMARY KEY,
        -- 'pending', 'reading', 'comparing'; then 'swapped', 'failed' or 'cancelled'.
        state text NOT NULL,
        -- The state is one of the first three.
        unfinished boolean NOT NULL,
        -- Whether the new generation becomes the live one 'when-equal' or 'always'.
        swap text NOT NULL,
        -- Whether the generation that was live stays after the swap.
        keep_old boolean NOT NULL,
        why text,
        -- The new generation's number; null until it was begun.
        generation integer,
        -- The schema that is left of it beside the live one; null for none.
        kept_schema text,
        cancel_requested boolean NOT NULL,
        -- Records read, of those the log holds.
        records_done bigint NOT NULL,
        records_total bigint NOT NULL,
        -- Null while nothing is read.
        records_per_second double precision,
        -- Jobs carried over from the live generation, because the log no longer holds their first record.
        carried bigint NOT NULL,
        -- Jobs compared.
        compared bigint NOT NULL,
        -- Why it stands still at present.
        trouble text,
        -- JSON text: how many rows differ, and the first of them.
        differences text,
        -- JSON text: code and message of why it failed.
        failure text,
        -- The process that works on it, until lease_until by Postgres' clock.
        owner text,
        lease_until timestamptz,
        created_at timestamptz(3) NOT NULL,
        started_at timestamptz(3),
        finished_at timestamptz(3)
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX rebuilds_unfinished ON ${schema}.rebuilds (unfinished) WHERE unfinished`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.rebuilds`);
  }
}
