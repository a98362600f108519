import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

/** The flow that a job is a step of, and the job whose handler made it; null for jobs projected before this until a rebuild. */
export class AddFlowAndParent1763970000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`ALTER TABLE ${schema}.jobs ADD COLUMN flow_id uuid, ADD COLUMN parent_id uuid`);
    // Finds the children of a job. Neither column changes, so the index costs no job its HOT updates.
    await runner.query(
      `CREATE INDEX jobs_parent_id ON ${schema}.jobs (parent_id, id) WHERE parent_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE ${schemaOf(runner)}.jobs DROP COLUMN flow_id, DROP COLUMN parent_id`);
  }
}
