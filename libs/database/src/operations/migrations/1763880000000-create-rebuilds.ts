import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateRebuilds1763880000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      CREATE TABLE ${schema}.rebuilds (
        id uuid PRIMARY KEY,
        state text NOT NULL,
        unfinished boolean NOT NULL,
        swap text NOT NULL,
        keep_old boolean NOT NULL,
        why text,
        generation integer,
        kept_schema text,
        cancel_requested boolean NOT NULL,
        records_done bigint NOT NULL,
        records_total bigint NOT NULL,
        records_per_second double precision,
        carried bigint NOT NULL,
        compared bigint NOT NULL,
        trouble text,
        differences text,
        failure text,
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
