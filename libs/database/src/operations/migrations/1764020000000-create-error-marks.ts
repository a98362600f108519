import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateErrorMarks1764020000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What people have said of a group of errors: it outlives a rebuild.
      CREATE TABLE ${schemaOf(runner)}.error_marks (
        group_id text COLLATE "C" PRIMARY KEY,
        muted boolean NOT NULL,
        -- Null for no end.
        muted_until timestamptz(3),
        note text,
        changed_at timestamptz(3) NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner)}.error_marks`);
  }
}
