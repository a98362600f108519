import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './api.js';
import type { Terminal } from './terminal.js';

const lookEveryMs = 500;

/**
 * Reads a resource again and again until it has an end, and shows how far it is meanwhile.
 * @param describe how it stands, in one line
 * @throws CommandError when it can't be read; an AbortError when `signal` says so
 */
export async function follow<View extends { readonly finishedAt: string | null }>(
  api: Api,
  terminal: Terminal,
  path: string,
  describe: (view: View) => string,
  signal: AbortSignal,
): Promise<View> {
  for (;;) {
    const view = await api.get<View>(path);
    if (view.finishedAt !== null) return view;
    terminal.progress(describe(view));
    await delay(lookEveryMs, undefined, { signal });
  }
}
