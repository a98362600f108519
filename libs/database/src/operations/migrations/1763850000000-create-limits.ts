import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateLimits1763850000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One place of a concurrency limit, held by a worker until its lease ends.
      CREATE TABLE ${schemaOf(runner)}.limit_slots (
        -- The limit: a queue, or a queue and a key of its payloads.
        id text COLLATE "C" NOT NULL,
        -- From 1 to how many the limit lets run at once.
        slot integer NOT NULL,
        -- The worker process.
        worker text NOT NULL,
        lease_until timestamptz NOT NULL,
        PRIMARY KEY (id, slot)
      )`);
    await runner.query(`
      -- How far the starts under a rate limit are granted.
      CREATE TABLE ${schemaOf(runner)}.rate_grants (
        -- The limit and its rate: another rate begins anew.
        id text COLLATE "C" PRIMARY KEY,
        next_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.rate_grants`);
    await runner.query(`DROP TABLE ${schemaOf(runner)}.limit_slots`);
  }
}
