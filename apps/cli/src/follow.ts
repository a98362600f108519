import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './api.js';
import { untilInterrupted } from './interruption.js';
import type { Terminal } from './terminal.js';

const lookEveryMs = 500;

/** What is followed, and how it is told of. */
export interface Followed<View> {
  readonly path: string;
  /** How it stands, in one line. */
  describe(view: View): string;
  /** What is said where Ctrl-C ends the watching. */
  readonly goesOn: string;
}

/**
 * Reads a resource again and again until it has an end, and shows how far it is meanwhile. Ctrl-C ends the watching alone.
 * @throws CommandError when it can't be read, or Ctrl-C was pressed
 */
export async function follow<View extends { readonly finishedAt: string | null }>(
  api: Api,
  terminal: Terminal,
  { path, describe, goesOn }: Followed<View>,
): Promise<View> {
  return untilInterrupted(
    async (signal) => {
      terminal.tell('Ctrl-C ends the watching alone.');
      for (;;) {
        const view = await api.get<View>(path);
        if (view.finishedAt === null) terminal.progress(describe(view));
        else {
          terminal.tell(describe(view));
          return view;
        }
        await delay(lookEveryMs, undefined, { signal });
      }
    },
    () => goesOn,
  );
}
