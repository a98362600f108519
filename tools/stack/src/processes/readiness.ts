import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardedProcess } from './guarded-process.js';

/** A process that ended, or did not become ready in time, while it was starting. */
export class StartError extends Error {
  constructor(
    message: string,
    /** The last lines it logged. */
    readonly log: string,
  ) {
    super(log ? `${message}\n${log}` : message);
    this.name = 'StartError';
  }
}

/**
 * Asks again and again until the probe is true.
 *
 * @throws StartError with the end of the log when the process ends first or the limit passes.
 */
export async function untilReady(
  what: string,
  process: GuardedProcess,
  logFile: string,
  limitMs: number,
  probe: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    if (await probe().catch(() => false)) return;
    if (process.exit)
      throw new StartError(`${what} ended while it was starting (${describe(process)})`, logTail(logFile));
    if (performance.now() > deadline) {
      throw new StartError(`${what} was not ready within ${limitMs / 1000} s`, logTail(logFile));
    }
    await Promise.race([sleep(50), process.exited]);
  }
}

function describe(process: GuardedProcess): string {
  return process.exit?.signal ? `by ${process.exit.signal}` : `with code ${process.exit?.code}`;
}

const TAIL_BYTES = 64 * 1024;

/** The last lines of a log file, of its last 64 KiB; empty when there is none. */
export function logTail(file: string, lines = 8): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    return tail.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
