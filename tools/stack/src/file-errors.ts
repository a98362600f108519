import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'no room is left on the disk',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'the file would become larger than allowed',
  EROFS: 'the file system is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not do that there',
  ENOTDIR: 'a file is where a folder has to be',
  EEXIST: 'a file is where a folder has to be',
  ENOENT: 'a symbolic link in the path leads nowhere',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk fails',
};

/** What is in the way of a file, in words, with the system's code: `no room is left on the disk (ENOSPC)`. */
export function explainFileError(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const meaning = meanings[code];
  return meaning === undefined ? message : `${meaning} (${code})`;
}

/** Whether there was no room for what was to be written. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** A folder that a variable names can't be used. The message names the variable. */
export class FolderError extends Error {
  override readonly name = 'FolderError';

  constructor(folder: string, variable: string, cause: unknown) {
    const remedy = `Set ${variable} to a folder that can be written to.`;
    super(`${folder} can't be used: ${explainFileError(cause)}. ${remedy}`, { cause });
  }
}

/**
 * Makes a folder where it is missing, with those above it.
 * @param variable names the folder, and the cure in the error
 * @throws FolderError when it can't be made or written to
 */
export function makeFolder(folder: string, variable: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new FolderError(folder, variable, findCause(folder, error));
  }
}

/** On a read-only file system Node says ENOENT of a folder to be made; what is true of the folder above it tells more. */
function findCause(folder: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  try {
    accessSync(nearestFolder(folder), constants.W_OK);
    return error;
  } catch (cause) {
    return cause;
  }
}

/** The folder, or the first above it that is there. */
export function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}
