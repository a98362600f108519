import { mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Guard } from '../processes/guard.js';
import { startPostgres } from './postgres-server.js';

describe('an embedded Postgres', () => {
  let guard: Guard;
  let folder: string;
  let umask: number;
  beforeEach(() => {
    umask = process.umask(0o077);
    guard = Guard.start();
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'postgres-server-'));
    guard.removeAtEnd(folder);
  });
  afterEach(async () => {
    process.umask(umask);
    await guard.end();
  });

  it('starts in a folder of any name, under a umask that hides all files from others, started by root too', async () => {
    const name = `jörg's "日本", 100%41 #1 \\u0041`;
    const { url, dataFolder } = await startPostgres({
      guard,
      folder: join(folder, name),
      logFolder: folder,
      throwaway: true,
    });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE TABLE kept (n int)');
    await client.end();
    expect(readdirSync(dataFolder)).toContain('PG_VERSION');
    expect(readdirSync(folder).sort()).toEqual([name, 'postgres.log'].sort());
  });
});
