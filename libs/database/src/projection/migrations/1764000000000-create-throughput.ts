import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateThroughput1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- What became of the jobs of a type in ten seconds of the last day. See libs/projection/src/throughput.
      CREATE TABLE ${schema}.throughput (
        -- When the ten seconds begin.
        at timestamptz(0) NOT NULL,
        type text NOT NULL,
        queue text NOT NULL,
        -- Projectors that write at once have rows of their own, so that none waits for another: add them up.
        writer smallint NOT NULL,
        accepted integer NOT NULL,
        succeeded integer NOT NULL,
        dead_lettered integer NOT NULL,
        expired integer NOT NULL,
        cancelled integer NOT NULL,
        retried integer NOT NULL,
        PRIMARY KEY (at, type, queue, writer)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.throughput`);
  }
}
