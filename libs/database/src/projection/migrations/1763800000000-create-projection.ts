import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateProjection1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    // Half of each page stays free, so that the outcome of a job finds room beside its request (a HOT update).
    await runner.query(`
      -- One row a job. See libs/projection/src/rows/jobs-table.ts.
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
      -- A change of state that a job's own row does not keep: everything but 'queued', 'succeeded' and progress.
      CREATE TABLE ${schema}.job_transitions (
        job_id uuid NOT NULL,
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        -- The record's append time.
        appended_at timestamptz(3) NOT NULL,
        state text NOT NULL,
        run integer NOT NULL,
        attempt integer NOT NULL,
        worker text,
        started_at timestamptz(3),
        error text,
        next_attempt_at timestamptz(3),
        -- Of a dead letter, as are 'attempts' and 'origin' (JSON text).
        reason text,
        attempts integer,
        origin text,
        PRIMARY KEY (job_id, topic, partition, "offset")
      )`);
    await runner.query(`
      -- How far the rows of this schema hold a partition. Moves in the transaction that writes the rows.
      CREATE TABLE ${schema}.checkpoints (
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        -- The offset to read next.
        next bigint NOT NULL,
        -- The Kafka cluster that the offsets are of.
        cluster_id text NOT NULL,
        -- Counts how often the projection was built; a projector of an earlier one can write nothing.
        generation integer NOT NULL,
        PRIMARY KEY (topic, partition)
      ) WITH (fillfactor = 10)`);
    await runner.query(`
      -- A record in which no job could be read: where it stood, and why.
      CREATE TABLE ${schema}.rejected_records (
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        -- The record's append time.
        appended_at timestamptz(3) NOT NULL,
        reason text NOT NULL,
        -- JSON text: code and message.
        error text NOT NULL,
        -- The queue whose worker set the record aside; null for one met on a topic that is no queue.
        queue text,
        -- Topic of the dead letter that holds the record byte for byte; null where there is none.
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
