import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyBinaries, openToAll, providePostgresBinaries } from './postgres-binaries.js';

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

  it('outlive the package that they were copied from, also where its install script has made the links', async () => {
    const [packageFolder, copy] = [join(folder, 'package'), join(folder, 'copy')];
    const write = (path: string, content = '') => {
      mkdirSync(join(packageFolder, 'native', path, '..'), { recursive: true });
      writeFileSync(join(packageFolder, 'native', path), content);
    };
    for (const program of ['initdb', 'pg_ctl', 'postgres']) write(`bin/${program}`);
    write('lib/libicu.so.60.2', 'icu');
    write(
      'pg-symlinks.json',
      JSON.stringify([{ source: 'native/lib/libicu.so.60.2', target: 'native/lib/libicu.so.60' }]),
    );
    symlinkSync('libicu.so.60.2', join(packageFolder, 'native/lib/libicu.so.60'));
    await copyBinaries(packageFolder, copy);
    rmSync(packageFolder, { recursive: true });
    expect(readlinkSync(join(copy, 'lib/libicu.so.60'))).toBe('libicu.so.60.2');
    expect(readFileSync(join(copy, 'lib/libicu.so.60'), 'utf8')).toBe('icu');
  });

  it('are copied anew where a link of the copy leads nowhere', async () => {
    const copied = (await providePostgresBinaries(folder, undefined)).folder;
    const lib = join(copied, 'lib');
    const [link] = readdirSync(lib, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
    const target = readlinkSync(join(lib, link!.name));
    unlinkSync(join(lib, link!.name));
    symlinkSync('/no/such/package/lib.so', join(lib, link!.name));
    expect((await providePostgresBinaries(folder, undefined)).folder).toBe(copied);
    expect(readlinkSync(join(lib, link!.name))).toBe(target);
  });
});
