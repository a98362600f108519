import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { FolderError, isFull, makeFolder } from './file-errors.js';

/**
 * Where downloads are kept for this user: `$XDG_CACHE_HOME/jobstream`, else the system's usual cache folder.
 * The XDG base directory specification says to ignore a value that is not absolute.
 */
export function userCacheFolder(env = process.env, platform = process.platform, home = homedir): string {
  const cache = env.XDG_CACHE_HOME ?? '';
  if (isAbsolute(cache)) return join(cache, 'jobstream');
  return platform === 'darwin' ? join(home(), 'Library/Caches/jobstream') : join(home(), '.cache/jobstream');
}

/**
 * {@link userCacheFolder}, made where it is missing. It may be read-only when all that is needed is there.
 * @throws FolderError, which names XDG_CACHE_HOME, when it can't be there
 */
export function openUserCache(): string {
  const folder = findUserCache();
  if (folder.includes(delimiter)) {
    throw new FolderError(
      folder,
      'XDG_CACHE_HOME',
      new Error(`Java takes "${delimiter}" for the end of a path`),
    );
  }
  if (!existsSync(folder)) makeFolder(folder, 'XDG_CACHE_HOME');
  return folder;
}

function findUserCache(): string {
  try {
    return userCacheFolder();
  } catch (error) {
    throw new FolderError('The home of this user', 'XDG_CACHE_HOME', error);
  }
}

/**
 * Builds a folder of the user's cache beside its place and renames it there whole, so that a half-made one is never taken for
 * complete. When another process was quicker, its result stands.
 * @throws FolderError, which names XDG_CACHE_HOME, when the cache can't be written to
 */
export async function buildFolder(target: string, build: (folder: string) => Promise<void>): Promise<void> {
  const unfinished = `${target}.${randomBytes(4).toString('hex')}.unfinished`;
  const remove = (): void => rmSync(unfinished, { recursive: true, force: true });
  makeFolder(unfinished, 'XDG_CACHE_HOME');
  // A process that is stopped meanwhile does not come to an end here.
  process.once('exit', remove);
  try {
    await build(unfinished);
    renameSync(unfinished, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (isFull(error)) throw new FolderError(target, 'XDG_CACHE_HOME', error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  } finally {
    process.off('exit', remove);
    remove();
  }
}
