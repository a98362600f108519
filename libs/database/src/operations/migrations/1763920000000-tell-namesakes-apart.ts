import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

/**
 * A schedule that is made anew under its name gets a new id, so that it does not take its namesake's firings for its own. Schedules
 * from before have zeros: the ids of their jobs follow from their names and stay.
 */
export class TellNamesakesApart1763920000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    const column = `uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'`;
    await runner.query(`ALTER TABLE ${schema}.schedules ADD COLUMN id ${column}`);
    await runner.query(`ALTER TABLE ${schema}.schedule_firings ADD COLUMN schedule_id ${column}`);
    await runner.query(`
      ALTER TABLE ${schema}.schedule_firings DROP CONSTRAINT schedule_firings_pkey,
        ADD PRIMARY KEY (schedule, schedule_id, fire_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      DELETE FROM ${schema}.schedule_firings AS firing USING ${schema}.schedule_firings AS newer
      WHERE firing.schedule = newer.schedule AND firing.fire_at = newer.fire_at
        AND (firing.decided_at, firing.schedule_id) < (newer.decided_at, newer.schedule_id)`);
    await runner.query(`
      ALTER TABLE ${schema}.schedule_firings DROP CONSTRAINT schedule_firings_pkey,
        ADD PRIMARY KEY (schedule, fire_at), DROP COLUMN schedule_id`);
    await runner.query(`ALTER TABLE ${schema}.schedules DROP COLUMN id`);
  }
}
