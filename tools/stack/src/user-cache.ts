import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where downloads are kept for this user: `$XDG_CACHE_HOME/jobstream`, else the system's usual cache folder.
 * The XDG base directory specification says to ignore a value that is not absolute.
 */
export function userCacheFolder(env = process.env, platform = process.platform, home = homedir()): string {
  const cache = env.XDG_CACHE_HOME ?? '';
  if (isAbsolute(cache)) return join(cache, 'jobstream');
  return platform === 'darwin' ? join(home, 'Library/Caches/jobstream') : join(home, '.cache/jobstream');
}

/**
 * Builds a folder beside its place and renames it there whole, so that a half-made one is never taken for complete.
 * When another process was quicker, its result stands.
 */
export async function buildFolder(target: string, build: (folder: string) => Promise<void>): Promise<void> {
  const unfinished = `${target}.${randomBytes(4).toString('hex')}.unfinished`;
  const remove = (): void => rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // A process that is stopped meanwhile does not come to an end here.
  process.once('exit', remove);
  try {
    await build(unfinished);
    renameSync(unfinished, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  } finally {
    process.off('exit', remove);
    remove();
  }
}
