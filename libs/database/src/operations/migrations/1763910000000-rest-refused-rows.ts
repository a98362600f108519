import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

/** Rows that their topic, or its partition, refused are not tried again before `rest_until`. */
export class RestRefusedRows1763910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['delayed_jobs', 'schedule_firings'])
      await runner.query(
        `ALTER TABLE ${schema}.${table} ADD COLUMN rest_until timestamptz(3) NOT NULL DEFAULT '-infinity'`,
      );
    await runner.query(`DROP INDEX ${schema}.delayed_jobs_publishing`);
    await runner.query(
      `CREATE INDEX delayed_jobs_publishing ON ${schema}.delayed_jobs (rest_until, due_at) WHERE state = 'publishing'`,
    );
    await runner.query(`DROP INDEX ${schema}.schedule_firings_pending`);
    await runner.query(
      `CREATE INDEX schedule_firings_pending ON ${schema}.schedule_firings (rest_until, fire_at) WHERE state = 'pending'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['delayed_jobs', 'schedule_firings'])
      await runner.query(`ALTER TABLE ${schema}.${table} DROP COLUMN rest_until`);
    await runner.query(
      `CREATE INDEX delayed_jobs_publishing ON ${schema}.delayed_jobs (due_at) WHERE state = 'publishing'`,
    );
    await runner.query(
      `CREATE INDEX schedule_firings_pending ON ${schema}.schedule_firings (fire_at) WHERE state = 'pending'`,
    );
  }
}
