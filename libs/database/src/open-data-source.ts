import type { DataSource } from 'typeorm';
import { migrations, migrationsTable, type SchemaKind } from './migrations.js';
import { statingSession, unlimited } from './session-settings.js';

/**
 * TypeORM on one schema and its migrations, without entities: see docs/decisions/0022-tables-have-no-entities.md. Loads TypeORM when
 * called: that takes a process some 25 MiB, and most never need it.
 * @param schema its name, not quoted: several schemas of a kind can stand side by side
 */
export async function openDataSource(url: string, kind: SchemaKind, schema: string): Promise<DataSource> {
  const typeorm = await import('typeorm');
  const dataSource = new typeorm.DataSource({
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
  return dataSource.initialize();
}
