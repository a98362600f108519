import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateClaims1763840000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      CREATE TABLE ${schema}.claims (
        id uuid PRIMARY KEY,
        run integer NOT NULL,
        attempt integer NOT NULL,
        in_place boolean NOT NULL,
        state text NOT NULL,
        owner text NOT NULL,
        fence bigint NOT NULL,
        leased_until timestamptz NOT NULL,
        deaths integer NOT NULL,
        outcome text,
        changed_at timestamptz NOT NULL
      ) WITH (fillfactor = 70)`);
    await runner.query(`CREATE INDEX claims_changed_at ON ${schema}.claims (changed_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.claims`);
  }
}
