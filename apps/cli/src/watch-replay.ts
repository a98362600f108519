import { setTimeout as delay } from 'node:timers/promises';
import type { ReplayView } from '@jobstream/contracts';
import type { Api } from './api.js';
import { describeProgress, describeReplay } from './describe-replay.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { untilInterrupted } from './interruption.js';
import type { Terminal } from './terminal.js';

const lookEveryMs = 500;

/** Follows a replay to its end and answers with it. Ctrl-C ends the watching alone. */
export async function watchReplay(api: Api, terminal: Terminal, id: string): Promise<ExitCode> {
  const replay = await untilInterrupted(
    (signal) => follow(api, terminal, id, signal),
    () =>
      `\nReplay ${id} goes on.\n` +
      `  watch it:   npx jobstream replays watch ${id}\n  cancel it:  npx jobstream replays cancel ${id}`,
  );
  terminal.tell(describeProgress(replay, Date.now()));
  terminal.answer(replay, describeReplay(replay));
  return replay.state === 'finished' && replay.failed === 0 ? exitCodes.ok : exitCodes.failure;
}

async function follow(api: Api, terminal: Terminal, id: string, signal: AbortSignal): Promise<ReplayView> {
  for (;;) {
    const replay = await api.get<ReplayView>(`/v1/replays/${encodeURIComponent(id)}`);
    if (replay.finishedAt !== null) return replay;
    terminal.progress(describeProgress(replay, Date.now()));
    await delay(lookEveryMs, undefined, { signal });
  }
}
