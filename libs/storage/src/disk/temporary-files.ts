import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A write touches its file at least this often; the file of another host that is older has lost its writer. */
const abandonedAfterMs = 60 * 60 * 1_000;

const namePattern = /^(?<pid>\d+)-(?<process>[0-9a-f]+)-\d+@(?<host>.*)$/;

/** Drawn once a process: tells it from an earlier one that had the same pid, as every first process of a container has. */
const thisProcess = randomBytes(6).toString('hex');

let drawn = 0;

/** A path in `directory` that no other process uses, and that tells whose it is. */
export function nextTemporaryPath(directory: string): string {
  drawn += 1;
  return join(directory, `${process.pid}-${thisProcess}-${drawn}@${hostname()}`);
}

/** Removes the files that dead processes left in `directory`. */
export async function removeAbandoned(directory: string): Promise<void> {
  // Where nothing can be written, as on a full disk, what can be seen to be abandoned goes all the same.
  const now = await timeIn(directory).catch(() => -Infinity);
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (await isAbandoned(path, name, now)) await rm(path, { force: true });
  }
}

/** The time as the file system has it, which dates its files, in milliseconds since 1970: it may be another machine's. */
export async function timeIn(directory: string): Promise<number> {
  const path = nextTemporaryPath(directory);
  try {
    await writeFile(path, '');
    return (await stat(path)).mtimeMs;
  } finally {
    await rm(path, { force: true });
  }
}

async function isAbandoned(path: string, name: string, now: number): Promise<boolean> {
  const owner = namePattern.exec(name)?.groups;
  if (owner?.host === hostname()) {
    const pid = Number(owner.pid);
    return pid === process.pid ? owner.process !== thisProcess : !isAlive(pid);
  }
  const file = await stat(path).catch(() => undefined);
  return file !== undefined && now - file.mtimeMs > abandonedAfterMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
