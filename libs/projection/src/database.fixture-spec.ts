import { randomBytes } from 'node:crypto';
import { Database, migrate, schemasOf, type DatabaseSettings } from '@jobstream/database';
import { stackAddress } from '@jobstream/testing';

/** Migrated schemas of its own on the real database. */
export class DatabaseFixture {
  private readonly opened: Database[] = [];

  private constructor(
    readonly settings: DatabaseSettings,
    readonly database: Database,
  ) {}

  /** @param url of a database; default the test run's */
  static async create(url = stackAddress('DATABASE_URL')): Promise<DatabaseFixture> {
    const settings = { url, schemas: schemasOf(`t${randomBytes(5).toString('hex')}`) };
    await migrate(settings);
    return new DatabaseFixture(settings, new Database(settings));
  }

  /** Connections of another process. */
  another(): Database {
    const database = new Database(this.settings);
    this.opened.push(database);
    return database;
  }

  async truncate(): Promise<void> {
    const { projection } = this.database;
    await this.database.query({
      text: `TRUNCATE ${projection}.jobs, ${projection}.job_transitions, ${projection}.checkpoints, ${projection}.rejected_records,
             ${projection}.throughput, ${projection}.error_groups, ${projection}.error_hours, ${projection}.projected_types, ${projection}.search_entries`,
    });
  }

  async drop(): Promise<void> {
    for (const schema of [this.database.projection, this.database.operations])
      await this.database.query({ text: `DROP SCHEMA IF EXISTS ${schema} CASCADE` });
    await Promise.all([...this.opened, this.database].map((database) => database.close()));
  }
}
