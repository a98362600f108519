import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

/** The URL that hears of the end of each run; null where the submitter named none, and for jobs projected before this until a rebuild. */
export class AddNotify1763960000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE ${schemaOf(runner)}.jobs ADD COLUMN notify text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE ${schemaOf(runner)}.jobs DROP COLUMN notify`);
  }
}
