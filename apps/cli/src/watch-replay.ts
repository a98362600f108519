import type { ReplayView } from '@jobstream/contracts/rest';
import type { Api } from './api.js';
import { describeProgress, describeReplay } from './describe-replay.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { follow } from './follow.js';
import type { Terminal } from './terminal.js';

/** Follows a replay to its end and answers with it. Ctrl-C ends the watching alone. */
export async function watchReplay(api: Api, terminal: Terminal, id: string): Promise<ExitCode> {
  const replay = await follow<ReplayView>(api, terminal, {
    path: `/v1/replays/${encodeURIComponent(id)}`,
    describe: (replay) => describeProgress(replay, Date.now()),
    goesOn:
      `\nReplay ${id} goes on.\n` +
      `  watch it:   npx jobstream replays watch ${id}\n  cancel it:  npx jobstream replays cancel ${id}`,
  });
  terminal.answer(replay, describeReplay(replay));
  return replay.state === 'finished' && replay.failed === 0 ? exitCodes.ok : exitCodes.failure;
}
