import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateSchedules1763820000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- A job that is made again and again. Either 'cron' and 'timeZone' are set, or 'everyMs'.
      CREATE TABLE ${schema}.schedules (
        name text COLLATE "C" PRIMARY KEY,
        cron text,
        time_zone text,
        every_ms bigint,
        -- What happens to occurrences that were not fired in time: 'skip' or 'fire-once'.
        misfire text NOT NULL,
        -- Whether it fires while its last job is unfinished: 'allow' or 'skip'.
        overlap text NOT NULL,
        paused boolean NOT NULL,
        -- JSON text: the submission that each occurrence makes.
        job text NOT NULL,
        -- 'code' as long as it is as the code declares it, 'rest' once it was set by REST.
        origin text NOT NULL,
        -- The first occurrence that is not decided yet; null when there are no more.
        next_fire_at timestamptz(3),
        -- The last occurrence that was fired.
        last_fire_at timestamptz(3)
      )`);
    await runner.query(
      `CREATE INDEX schedules_next_fire_at ON ${schema}.schedules (next_fire_at) WHERE NOT paused`,
    );
    await runner.query(`
      -- What was decided for one occurrence of a schedule. Written before its job is produced and marked after, so
      -- that whoever meets it unmarked produces the same job under the same id.
      CREATE TABLE ${schema}.schedule_firings (
        schedule text COLLATE "C" NOT NULL,
        -- The occurrence's instant; of one fired by hand, when that was.
        fire_at timestamptz(3) NOT NULL,
        -- Follows from schedule and instant.
        job_id uuid NOT NULL,
        -- JSON text: the submission, as the schedule had it at the time.
        job text NOT NULL,
        -- 'pending' until the job is acknowledged, then 'fired', 'ended' once its end was seen; 'skipped' or
        -- 'refused'.
        state text NOT NULL,
        -- Whether the job's end is waited for: the schedule does not overlap.
        watched boolean NOT NULL,
        -- Why it was skipped or refused.
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
      -- A job request that waits for its time. A row is one record to append, ready made.
      CREATE TABLE ${schema}.delayed_jobs (
        id uuid NOT NULL,
        run integer NOT NULL,
        -- The attempt that waits.
        attempt integer NOT NULL,
        -- 'waiting', then 'publishing': such a row can only be published, and then it is deleted.
        state text NOT NULL,
        due_at timestamptz(3) NOT NULL,
        queue text NOT NULL,
        priority text NOT NULL,
        -- JSON text, as are value and headers: a key can hold what text can't.
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
      -- How far a reader has a partition in its rows. Moves in the transaction that writes them.
      CREATE TABLE ${schema}.read_positions (
        -- The reader's consumer group.
        reader text COLLATE "C" NOT NULL,
        -- The Kafka cluster that the offset is of: another one is read from its start.
        cluster_id text COLLATE "C" NOT NULL,
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        -- The offset to read next.
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
