import { execFileSync, spawnSync } from 'node:child_process';

/** A user that a server refusing to run as root is run as. */
export interface UnprivilegedUser {
  uid: number;
  gid: number;
}

/**
 * `nobody`, when we are root; undefined when we are an ordinary user and need no other. It must have a name: initdb
 * looks up who runs it.
 */
export function findUnprivilegedUser(): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const ask = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: ask('-u'), gid: ask('-g') };
}

/**
 * Whether this user can come to a folder: permission on the folder alone says little, since every folder above it must
 * let the user through. So it is tried.
 */
export function canReach(folder: string, user: UnprivilegedUser): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { cwd: '/', stdio: 'ignore', ...user }).status === 0
  );
}
