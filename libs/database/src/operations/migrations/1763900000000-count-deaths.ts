import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

/**
 * `deaths`: the holders of the lease whose lease ran out and whose process has not shown since that it lives. `failure`: JSON text,
 * code and message.
 */
export class CountDeaths1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(
      `ALTER TABLE ${schema}.replays ADD COLUMN deaths uuid[] NOT NULL DEFAULT '{}', ADD COLUMN failure text`,
    );
    await runner.query(`ALTER TABLE ${schema}.rebuilds ADD COLUMN deaths text[] NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`ALTER TABLE ${schema}.replays DROP COLUMN deaths, DROP COLUMN failure`);
    await runner.query(`ALTER TABLE ${schema}.rebuilds DROP COLUMN deaths`);
  }
}
