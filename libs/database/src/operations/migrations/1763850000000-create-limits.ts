import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateLimits1763850000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ${schemaOf(runner)}.limit_slots (
        id text COLLATE "C" NOT NULL,
        slot integer NOT NULL,
        worker text NOT NULL,
        lease_until timestamptz NOT NULL,
        PRIMARY KEY (id, slot)
      )`);
    await runner.query(`
      CREATE TABLE ${schemaOf(runner)}.rate_grants (
        id text COLLATE "C" PRIMARY KEY,
        next_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.rate_grants`);
    await runner.query(`DROP TABLE ${schemaOf(runner)}.limit_slots`);
  }
}
