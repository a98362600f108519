import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateSchedules1763820000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      CREATE TABLE ${schema}.schedules (
        name text COLLATE "C" PRIMARY KEY,
        cron text,
        time_zone text,
        every_ms bigint,
        misfire text NOT NULL,
        overlap text NOT NULL,
        paused boolean NOT NULL,
        job text NOT NULL,
        origin text NOT NULL,
        next_fire_at timestamptz(3),
        last_fire_at timestamptz(3)
      )`);
    await runner.query(
      `CREATE INDEX schedules_next_fire_at ON ${schema}.schedules (next_fire_at) WHERE NOT paused`,
    );
    await runner.query(`
      CREATE TABLE ${schema}.schedule_firings (
        schedule text COLLATE "C" NOT NULL,
        fire_at timestamptz(3) NOT NULL,
        job_id uuid NOT NULL,
        job text NOT NULL,
        state text NOT NULL,
        watched boolean NOT NULL,
        detail text,
        decided_at timestamptz(3) NOT NULL,
        fired_at timestamptz(3),
        ended_at timestamptz(3),
        PRIMARY KEY (schedule, fire_at)
      )`);
    await runner.query(
      `CREATE INDEX schedule_firings_pending ON ${schema}.schedule_firings (fire_at) WHERE state = 'pending'`,
    );
    await runner.query(`
      CREATE INDEX schedule_firings_open ON ${schema}.schedule_firings (job_id)
      WHERE watched AND state IN ('pending', 'fired')`);
    await runner.query(`CREATE INDEX schedule_firings_decided_at ON ${schema}.schedule_firings (decided_at)`);
    await runner.query(`
      CREATE TABLE ${schema}.delayed_jobs (
        id uuid NOT NULL,
        run integer NOT NULL,
        attempt integer NOT NULL,
        state text NOT NULL,
        due_at timestamptz(3) NOT NULL,
        queue text NOT NULL,
        priority text NOT NULL,
        key text NOT NULL,
        value text NOT NULL,
        headers text NOT NULL,
        PRIMARY KEY (id, run, attempt)
      )`);
    await runner.query(
      `CREATE INDEX delayed_jobs_due ON ${schema}.delayed_jobs (due_at) WHERE state = 'waiting'`,
    );
    await runner.query(
      `CREATE INDEX delayed_jobs_publishing ON ${schema}.delayed_jobs (due_at) WHERE state = 'publishing'`,
    );
    await runner.query(`
      CREATE TABLE ${schema}.read_positions (
        reader text COLLATE "C" NOT NULL,
        cluster_id text COLLATE "C" NOT NULL,
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        next bigint NOT NULL,
        PRIMARY KEY (reader, cluster_id, topic, partition)
      ) WITH (fillfactor = 10)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['read_positions', 'delayed_jobs', 'schedule_firings', 'schedules'])
      await runner.query(`DROP TABLE ${schema}.${table}`);
  }
}
