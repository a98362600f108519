import { constants } from 'node:os';
import { isNodeProcessOne, whenNpmEnds } from './processes/npm-parent.js';
import type { ProgressTable } from './output/progress-table.js';
import type { LateService, Platform } from './platform.js';

/** npm passes a Ctrl-C on to us that the terminal has sent us already: two within this time are one. */
const SAME_SIGNAL_MS = 1_000;

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const REAPER_ADVICE =
  "Process 1 here is Node, which leaves crashed processes' children behind as zombies: give the container an init " +
  '(docker run --init).';

/**
 * Ends this process at a signal, until something runs that has to be stopped first: as process 1 of a container nobody else ends it.
 * @returns call it once {@link stopOnSignal} has taken over
 */
export function endAtSignals(): () => void {
  const end = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal]);
  for (const signal of STOP_SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, end);
  };
}

/** Rejects when the guard ends although nobody asked it to. */
export async function failWhenLost({ guard }: Platform): Promise<never> {
  await guard.lost;
  throw new Error(
    `The process that guards all others (pid ${guard.pid}) was killed, and all others with it. Start again.`,
  );
}

/** A stop that somebody asks for. */
export interface Stop {
  begun: () => boolean;
  /** Resolves once everything has stopped. */
  done: Promise<void>;
}

/** The first signal stops everything in order, another one kills what is left. */
export function stopOnSignal(platform: Platform, table: ProgressTable): Stop {
  let begunAt: number | undefined;
  let ended = false;
  const done = new Promise<void>((resolve, reject) => {
    const onSignal = (signal: NodeJS.Signals) => {
      if (begunAt === undefined) {
        begunAt = performance.now();
        table.finish();
        table.say(`${signal}: stopping the services, then Kafka and Postgres (again to kill them)`);
        platform.stop().then(() => {
          ended = true;
          table.say('stopped');
          resolve();
        }, reject);
      } else if (!ended && performance.now() - begunAt > SAME_SIGNAL_MS) {
        table.say('killing what is left');
        platform.stop({ now: true }).then(resolve, reject);
      }
    };
    for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
    whenNpmEnds(() => onSignal('SIGHUP'));
    // A program that started us, the demo, has gone.
    process.on('disconnect', () => onSignal('SIGHUP'));
  });
  if (isNodeProcessOne()) table.say(REAPER_ADVICE);
  return { begun: () => begunAt !== undefined, done };
}

/**
 * Starts everything, and returns once it has stopped. It stops what was started when the start fails.
 * @param started called once everything runs, with the services that are not ready yet; not after a stop was asked for
 */
export async function runUntilStopped(
  platform: Platform,
  stop: Stop,
  started: (late: readonly LateService[]) => void,
): Promise<void> {
  try {
    // A fetch that is under way does not end with the rest: nobody waits for it.
    const late = await Promise.race([platform.start(), stop.done]);
    if (!late || stop.begun()) return await stop.done;
    started(late);
  } catch (error) {
    // What was asked to stop while it started fails for that reason alone.
    if (!stop.begun()) {
      await platform.stop();
      throw error;
    }
  }
  await stop.done;
}
