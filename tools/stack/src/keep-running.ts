import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from './guard-messages.js';
import type { GuardedProcess } from './guarded-process.js';
import { logTail } from './readiness.js';

/** Something that runs as one process and can be started again after that ended. */
export interface Restartable {
  readonly process: GuardedProcess;
  start(): Promise<void>;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** After this long without a failure, a new one counts as the first. */
const CALM_MS = 30_000;

/** Milliseconds to wait before a start that follows this many failures in a row: doubling up to a limit. */
export function restartDelayMs(failures: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}

/** How a process ended, in words. */
export function describeExit(exit: Exit): string {
  return exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`;
}

/** A message may end with its remedy, so only what no person would read is cut. */
const mostCharacters = 4_000;

/**
 * What the end of a log says about why the process ended: the last fatal or error line of JSON, else the last line that
 * names an error, as Node prints one that nobody caught, else the last line.
 */
export function findLastWords(log: string): string {
  const words = findWords(log);
  return words.length > mostCharacters ? `${words.slice(0, mostCharacters)}…` : words;
}

function findWords(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const entries = lines.map(readLogEntry);
  const failure = entries.findLast((entry) => entry?.level === 'fatal' || entry?.level === 'error');
  if (failure) return failure.words;
  return (
    lines.findLast((line) => /^(\w+ )*\w*Error\b/.test(line)) ?? entries.at(-1)?.words ?? lines.at(-1) ?? ''
  );
}

function readLogEntry(line: string): { level: string | undefined; words: string } | undefined {
  try {
    const {
      level,
      msg = '',
      err,
    } = JSON.parse(line) as { level?: string; msg?: string; err?: { message?: string } };
    const cause = err?.message && !msg.includes(err.message) ? err.message : '';
    return { level, words: [msg, cause].filter(Boolean).join(': ') };
  } catch {
    return undefined;
  }
}

/** What {@link keepRunning} is told and asked. */
export interface Keeping {
  name: string;
  logFile: string;
  say: (line: string) => void;
  /** Called after each end and each start: what runs has changed. */
  changed: () => void;
  /** True once everything is being stopped, so that an end is no failure. */
  stopping: () => boolean;
  /** True when the process was asked to end so that a newer one takes its place. */
  replacing: () => boolean;
}

/** Starts a thing again each time it ends, until everything is being stopped. Says each time why, and what happens next. */
export async function keepRunning(thing: Restartable, keeping: Keeping): Promise<void> {
  let failures = 0;
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
        keeping.say(
          `${keeping.name} ${why}; starting it again in ${delay / 1000} s (log: ${keeping.logFile})`,
        );
        await sleep(delay);
      }
      if (keeping.stopping()) return;
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
    return `did not start: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** One that ended by itself usually said why; one that was ended by a signal could not. */
function describeEnd(exit: Exit, logFile: string): string {
  const words = exit.signal ? '' : findLastWords(logTail(logFile, 40));
  return words ? `${describeExit(exit)}: ${words}` : describeExit(exit);
}
