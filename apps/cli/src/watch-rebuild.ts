import type { Api } from './api.js';
import { describeRebuild, describeRebuildProgress } from './describe-rebuild.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { follow } from './follow.js';
import { untilInterrupted } from './interruption.js';
import type { Terminal } from './terminal.js';

/** Follows a rebuild to its end and answers with it. Ctrl-C ends the watching alone. */
export async function watchRebuild(api: Api, terminal: Terminal, id: string): Promise<ExitCode> {
  const path = `/v1/rebuilds/${encodeURIComponent(id)}`;
  const rebuild = await untilInterrupted(
    (signal) => {
      terminal.tell('Ctrl-C ends the watching alone.');
      return follow(api, terminal, path, describeRebuildProgress, signal);
    },
    () =>
      `\nRebuild ${id} goes on.\n` +
      `  watch it:   npx jobstream rebuild watch ${id}\n  cancel it:  npx jobstream rebuild cancel ${id}`,
  );
  terminal.tell(describeRebuildProgress(rebuild));
  terminal.answer(rebuild, describeRebuild(rebuild));
  if (rebuild.state === 'swapped') return exitCodes.ok;
  if (rebuild.keptSchema !== null)
    terminal.tell(
      `  take it all the same:  npx jobstream rebuild swap ${id}\n` +
        `  drop it:               npx jobstream rebuild drop ${id}`,
    );
  return exitCodes.failure;
}
