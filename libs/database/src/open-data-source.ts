import type { DataSource } from 'typeorm';
import type { SchemaKind } from './migrations.js';

/**
 * TypeORM's view of one schema: its entities and migrations, never `synchronize`. Loads TypeORM when called: it takes a
 * process a fifth of a second and some 15 MiB, and most never need it.
 * @param schema its name, not quoted: several schemas of a kind can stand side by side
 */
export async function openDataSource(url: string, kind: SchemaKind, schema: string): Promise<DataSource> {
  const { createDataSource } = await import('./data-source.js');
  return createDataSource(url, kind, schema).initialize();
}
