import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateDailyStatistics1763830000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What became of the jobs of one type that were created on one day in UTC, as it was when they were counted.
      CREATE TABLE ${schemaOf(runner)}.daily_statistics (
        day date NOT NULL,
        type text COLLATE "C" NOT NULL,
        created bigint NOT NULL,
        succeeded bigint NOT NULL,
        dead_lettered bigint NOT NULL,
        -- Cancelled, expired or unfinished.
        other bigint NOT NULL,
        -- Of the jobs that succeeded, from the start of the last attempt to its end; null where none did.
        median_ms double precision,
        p95_ms double precision,
        PRIMARY KEY (day, type)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.daily_statistics`);
  }
}
