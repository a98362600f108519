import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openToAll } from './postgres-binaries.js';

describe('the binaries of Postgres', () => {
  let folder: string;
  let umask: number;
  beforeEach(() => {
    umask = process.umask(0o077);
    folder = mkdtempSync(join(tmpdir(), 'postgres-binaries-'));
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(folder, { recursive: true });
  });

  it('can be run by every user, whatever the umask was when they were copied', async () => {
    for (const path of ['bin/postgres', 'lib/postgresql/plpgsql.so', 'share/postgresql/postgres.bki']) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), '', { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
    }
    await openToAll(folder);
    const paths = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })];
    const modes = Object.fromEntries(paths.map((path) => [path, statSync(join(folder, path)).mode & 0o777]));
    expect(modes).toEqual({
      '': 0o755,
      bin: 0o755,
      lib: 0o755,
      share: 0o755,
      'lib/postgresql': 0o755,
      'share/postgresql': 0o755,
      'bin/postgres': 0o755,
      'lib/postgresql/plpgsql.so': 0o644,
      'share/postgresql/postgres.bki': 0o644,
    });
  });
});
