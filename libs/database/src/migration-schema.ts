import type { QueryRunner } from 'typeorm';
import { quoteName } from './settings.js';

/** The schema that a migration works on, quoted: the data source's, so that the same ones build a projection beside the live one. */
export function schemaOf(runner: QueryRunner): string {
  const { options } = runner.dataSource;
  if (options.type !== 'postgres' || !options.schema)
    throw new TypeError('Migrations run on data sources made by openDataSource, which name a schema.');
  return quoteName(options.schema);
}
