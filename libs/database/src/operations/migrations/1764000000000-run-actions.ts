import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

/**
 * Rows of actions on all jobs that meet a filter: `source` is 'jobs', no one queue is meant, and in place of stretches of the log
 * there is a job id, below which the action goes on. `action` is 'replay' or 'cancel'.
 */
export class RunActions1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE ${schemaOf(runner)}.replays ADD COLUMN action text NOT NULL DEFAULT 'replay',
         ADD COLUMN below uuid, ALTER COLUMN queue DROP NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`DELETE FROM ${schema}.replays WHERE source = 'jobs'`);
    await runner.query(
      `ALTER TABLE ${schema}.replays DROP COLUMN action, DROP COLUMN below, ALTER COLUMN queue SET NOT NULL`,
    );
  }
}
