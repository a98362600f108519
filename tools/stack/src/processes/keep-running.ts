import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from './guard-messages.js';
import type { GuardedProcess } from './guarded-process.js';
import { findLastWords } from './last-words.js';
import { logTail, StartError } from './readiness.js';

/** Something that runs as one process and can be started again after that ended. */
export interface Restartable {
  readonly process: GuardedProcess;
  start(): Promise<void>;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** After this long without a failure, a new one counts as the first. */
const CALM_MS = 30_000;
/** A message may end with its remedy, so only what no person would read is cut. */
const LONGEST_REASON = 4_000;

/** Milliseconds to wait before a start that follows this many failures in a row: doubling up to a limit. */
export function restartDelayMs(failures: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}

/** How a process ended, in words. */
export function describeExit(exit: Exit): string {
  return exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`;
}

/** Its callbacks, and its limits. */
export interface Keeping {
  name: string;
  logFile: string;
  say: (line: string) => void;
  /** Called with why it ended, or did not start. */
  failed: (why: string) => void;
  /** Called after each end and each start: what runs has changed. */
  changed: () => void;
  /** True once everything is being stopped, so that an end is no failure. */
  stopping: () => boolean;
  /** True when the process was asked to end so that a newer one takes its place. */
  replacing: () => boolean;
}

/**
 * Starts a thing again each time it ends, until everything is being stopped. Says each time what happens next, and why where
 * that is news.
 * @param wait for so many milliseconds before the next start
 */
export async function keepRunning(
  thing: Restartable,
  keeping: Keeping,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<void> {
  let failures = 0;
  let told: string | undefined;
  for (;;) {
    const since = performance.now();
    const exit = await thing.process.exited;
    keeping.changed();
    if (keeping.stopping()) return;
    if (performance.now() - since > CALM_MS) failures = 0;
    let why = keeping.replacing() ? undefined : describeEnd(exit, keeping.logFile);
    do {
      if (why) {
        const delay = restartDelayMs(++failures);
        const what = why === told ? 'ended again, as before' : why;
        keeping.failed(why);
        keeping.say(
          `${keeping.name} ${what}; starting it again in ${delay / 1000} s (log: ${keeping.logFile})`,
        );
        told = why;
        await wait(delay);
      }
      if (keeping.stopping()) return;
      if (keeping.replacing()) failures = 0;
      why = await tryStart(thing);
    } while (why);
    keeping.changed();
  }
}

/** Why it did not start; undefined when it did. */
async function tryStart(thing: Restartable): Promise<string | undefined> {
  try {
    await thing.start();
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof StartError)) return `did not start: ${shorten(message)}`;
    const words = findLastWords(error.log);
    return `did not start: ${shorten(words ? `${message.split('\n')[0]}: ${words}` : message)}`;
  }
}

/** One that ended by itself usually said why; one that was ended by a signal could not. */
function describeEnd(exit: Exit, logFile: string): string {
  const words = exit.signal ? '' : findLastWords(logTail(logFile, 40));
  return words ? `${describeExit(exit)}: ${shorten(words)}` : describeExit(exit);
}

/** The text in one line. */
function shorten(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ');
  return line.length <= LONGEST_REASON ? line : `${line.slice(0, LONGEST_REASON)}… (the log has the rest)`;
}
