import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
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

/** Removes what processes that are gone left behind in `directory`. */
export async function removeAbandoned(directory: string, now: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (await isAbandoned(path, name, now)) await rm(path, { force: true });
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
