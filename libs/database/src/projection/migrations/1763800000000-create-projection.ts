import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateProjection1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    // Half of each page stays free, so that the outcome of a job finds room beside its request (a HOT update).
    await runner.query(`
      CREATE TABLE ${schema}.jobs (
        id uuid PRIMARY KEY,
        run integer NOT NULL,
        origin_run integer NOT NULL,
        origin_rank bigint NOT NULL,
        origin_position text COLLATE "C" NOT NULL,
        type text NOT NULL,
        submitted_for text,
        created_at timestamptz(3) NOT NULL,
        request_rank bigint NOT NULL,
        request_position text COLLATE "C" NOT NULL,
        requested_at timestamptz(3) NOT NULL,
        queue text NOT NULL,
        payload text,
        priority text,
        max_attempts integer,
        ordering_key text,
        expires_at timestamptz(3),
        outcome_rank bigint NOT NULL,
        outcome_position text COLLATE "C" NOT NULL,
        changed_at timestamptz(3) NOT NULL,
        state text NOT NULL,
        indexed_state text,
        attempt integer NOT NULL,
        result text,
        error text,
        progress text,
        reason text,
        worker text,
        started_at timestamptz(3),
        finished_at timestamptz(3),
        next_attempt_at timestamptz(3),
        starts text[] COLLATE "C",
        past text[] COLLATE "C"
      ) WITH (fillfactor = 45)`);
    await runner.query(
      `CREATE INDEX jobs_indexed_state ON ${schema}.jobs (indexed_state, id) WHERE indexed_state IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX jobs_submitted_for ON ${schema}.jobs (submitted_for, id) WHERE submitted_for IS NOT NULL`,
    );
    await runner.query(`
      CREATE TABLE ${schema}.job_transitions (
        job_id uuid NOT NULL,
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        appended_at timestamptz(3) NOT NULL,
        state text NOT NULL,
        run integer NOT NULL,
        attempt integer NOT NULL,
        worker text,
        started_at timestamptz(3),
        error text,
        next_attempt_at timestamptz(3),
        reason text,
        attempts integer,
        origin text,
        PRIMARY KEY (job_id, topic, partition, "offset")
      )`);
    await runner.query(`
      CREATE TABLE ${schema}.checkpoints (
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        next bigint NOT NULL,
        cluster_id text NOT NULL,
        generation integer NOT NULL,
        PRIMARY KEY (topic, partition)
      ) WITH (fillfactor = 10)`);
    await runner.query(`
      CREATE TABLE ${schema}.rejected_records (
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        appended_at timestamptz(3) NOT NULL,
        reason text NOT NULL,
        error text NOT NULL,
        queue text,
        dead_letter_topic text,
        dead_letter_offset bigint,
        PRIMARY KEY (topic, partition, "offset")
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['rejected_records', 'checkpoints', 'job_transitions', 'jobs'])
      await runner.query(`DROP TABLE ${schema}.${table}`);
  }
}
