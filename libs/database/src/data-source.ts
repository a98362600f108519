import { DataSource } from 'typeorm';
import { migrations, migrationsTable, type SchemaKind } from './migrations.js';
import { statingSession, unlimited } from './session-settings.js';

/** TypeORM's view of one schema, not connected yet. */
export function createDataSource(url: string, kind: SchemaKind, schema: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema,
    migrations: migrations[kind],
    migrationsTableName: migrationsTable,
    synchronize: false,
    logging: false,
    installExtensions: false,
    applicationName: 'jobstream migrations',
    extra: {
      ...statingSession(url, unlimited),
      max: 1,
      connectionTimeoutMillis: 5_000,
    },
  });
}
