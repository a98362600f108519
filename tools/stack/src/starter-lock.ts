import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ownProgram = basename(process.argv[1] ?? '');

/** The processes that own a workplace. */
export interface Starter {
  pid: number;
  /** The name of its program's file, as its command line has it. */
  program: string;
  /** The guard that outlives the starter until everything has stopped. */
  guardPid?: number | undefined;
}

/** Another starter works in this folder. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
  constructor({ pid, program }: Starter) {
    const look = program === 'start.js' ? 'See how it is with: npm start -- --status; stop it' : 'Stop it';
    super(
      `Jobstream is already running here (${program}, pid ${pid}). ${look} with Ctrl-C in its terminal, or: kill ${pid}`,
    );
  }
}

const LIMIT_OF_A_STOP_MS = 60_000;

/**
 * Takes the workplace for this process. After a kill -9 of an earlier starter its guard may still be stopping things;
 * that is waited for.
 *
 * @throws AlreadyRunningError when a starter is alive.
 */
export async function lockWorkplace(file: string, say: (line: string) => void): Promise<void> {
  const deadline = performance.now() + LIMIT_OF_A_STOP_MS;
  let waiting = false;
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify({ pid: process.pid, program: ownProgram } satisfies Starter), {
        flag: 'wx',
      });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readStarter(file);
    if (owner && isAlive(owner.pid, owner.program)) throw new AlreadyRunningError(owner);
    if (!owner?.guardPid || !isAlive(owner.guardPid, 'guard-process.js')) {
      rmSync(file, { force: true });
      continue;
    }
    if (performance.now() > deadline) {
      throw new Error(
        `What an earlier start left is still stopping (pid ${owner.guardPid}): wait, or kill that process.`,
      );
    }
    if (!waiting) say('an earlier start was killed; waiting until what it left has stopped');
    waiting = true;
    await sleep(100);
  }
}

/** Notes who guards this workplace's processes. */
export function noteGuard(file: string, guardPid: number): void {
  const starter: Starter = { pid: process.pid, program: ownProgram, guardPid };
  writeFileSync(`${file}.new`, JSON.stringify(starter));
  renameSync(`${file}.new`, file);
}

/** The starter that runs in this workplace now, if one does. */
export function findRunningStarter(file: string): Starter | undefined {
  const owner = readStarter(file);
  return owner && isAlive(owner.pid, owner.program) ? owner : undefined;
}

function readStarter(file: string): Starter | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Starter;
  } catch {
    return undefined;
  }
}

/** Whether a process of this pid runs, and, where the system shows that, is the program we mean: pids are used again. */
function isAlive(pid: number, program: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
  } catch {
    return false;
  }
}
