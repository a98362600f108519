import type { DataSource } from 'typeorm';
import type { SchemaKind } from './migrations.js';

/**
 * TypeORM on one schema and its migrations, without entities: see docs/decisions/0022-tables-have-no-entities.md. Loads TypeORM when
 * called: that takes a process some 25 MiB, and most never need it.
 * @param schema its name, not quoted: several schemas of a kind can stand side by side
 */
export async function openDataSource(url: string, kind: SchemaKind, schema: string): Promise<DataSource> {
  const { createDataSource } = await import('./data-source.js');
  return createDataSource(url, kind, schema).initialize();
}
