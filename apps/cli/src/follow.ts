import { setTimeout as delay } from 'node:timers/promises';
import { untilInterrupted } from './interruption.js';
import type { Terminal } from './terminal.js';

const lookEveryMs = 500;

/** A resource to follow, and how to show it. */
export interface Followed<View> {
  read(signal: AbortSignal): Promise<View>;
  /** How it stands, in one line. */
  describe(view: View): string;
  /** Shown when Ctrl-C ends the watching. */
  readonly stillRunning: string;
}

/**
 * Reads a resource again and again until it has ended, and shows its progress. Ctrl-C ends the watching alone.
 * @throws CommandError when Ctrl-C was pressed; the error of `read`
 */
export async function follow<View extends { readonly finishedAt: string | null }>(
  terminal: Terminal,
  { read, describe, stillRunning }: Followed<View>,
): Promise<View> {
  return untilInterrupted(
    async (signal) => {
      terminal.tell('Ctrl-C ends the watching alone.');
      for (;;) {
        const view = await read(signal);
        if (view.finishedAt === null) terminal.progress(describe(view));
        else {
          terminal.tell(describe(view));
          return view;
        }
        await delay(lookEveryMs, undefined, { signal });
      }
    },
    () => stillRunning,
  );
}
