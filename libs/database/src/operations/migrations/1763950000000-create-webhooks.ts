import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class CreateWebhooks1763950000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(`
      -- A URL that hears of the ends of jobs. One row, whose URL is null, signs what goes to the URLs of submissions.
      CREATE TABLE ${schema}.webhooks (
        id uuid PRIMARY KEY,
        url text,
        -- The jobs that it hears of; null: all.
        types text[],
        states text[],
        submitted_for text,
        -- Whether it hears of progress too.
        progress boolean NOT NULL,
        secret text NOT NULL,
        -- Signs too until its time is over.
        previous_secret text,
        previous_until timestamptz(3),
        created_at timestamptz(3) NOT NULL,
        -- By the brokers' clock: of records that are older it does not hear.
        heard_from timestamptz(3) NOT NULL,
        paused_at timestamptz(3),
        -- By the brokers' clock, as is the next: the first failure since the last success.
        failing_since timestamptz(3),
        switched_off_at timestamptz(3)
      )`);
    await runner.query(`
      -- One row that counts the changes of webhooks. A change locks it, so that the changes of two processes are one after
      -- another, and whoever has read its number and then the webhooks has them all.
      CREATE TABLE ${schema}.webhook_changes (
        number bigint NOT NULL
      )`);
    await runner.query(`INSERT INTO ${schema}.webhook_changes (number) VALUES (1)`);
    await runner.query(`
      INSERT INTO ${schema}.webhooks (id, progress, secret, created_at, heard_from)
      VALUES ('00000000-0000-7000-8000-000000000000', false,
        'whsec_' || encode(sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), 'base64'), now(), now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['webhook_changes', 'webhooks']) await runner.query(`DROP TABLE ${schema}.${table}`);
  }
}
