import type { JobstreamClient } from '@jobstream/client';
import { describeProgress, describeReplay } from './describe-replay.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { follow } from './follow.js';
import type { Terminal } from './terminal.js';

/** Follows a replay to its end and writes it out. Ctrl-C ends the watching alone. */
export async function watchReplay(
  client: JobstreamClient,
  terminal: Terminal,
  id: string,
): Promise<ExitCode> {
  const replay = await follow(terminal, {
    read: (signal) => client.replays.read(id, { signal }),
    describe: (replay) => describeProgress(replay, Date.now()),
    stillRunning:
      `\nReplay ${id} is still running.\n` +
      `  watch it:   npx jobstream replays watch ${id}\n  cancel it:  npx jobstream replays cancel ${id}`,
  });
  terminal.answer(replay, describeReplay(replay));
  return replay.state === 'finished' && replay.failed === 0 ? exitCodes.ok : exitCodes.failure;
}
