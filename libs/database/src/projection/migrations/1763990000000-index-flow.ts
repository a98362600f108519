import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

/** Finds the jobs of a flow. The column does not change, and is null for other jobs: the index costs them nothing. */
export class IndexFlow1763990000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`CREATE INDEX jobs_flow_id ON ${schema}.jobs (flow_id, id) WHERE flow_id IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${schemaOf(runner)}.jobs_flow_id`);
  }
}
