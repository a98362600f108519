import type { Api } from './api.js';
import { describeRebuild, describeRebuildProgress } from './describe-rebuild.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { follow } from './follow.js';
import type { Terminal } from './terminal.js';

/** Follows a rebuild to its end and answers with it. Ctrl-C ends the watching alone. */
export async function watchRebuild(api: Api, terminal: Terminal, id: string): Promise<ExitCode> {
  const rebuild = await follow(api, terminal, {
    path: `/v1/rebuilds/${encodeURIComponent(id)}`,
    describe: describeRebuildProgress,
    goesOn:
      `\nRebuild ${id} goes on.\n` +
      `  watch it:   npx jobstream rebuild watch ${id}\n  cancel it:  npx jobstream rebuild cancel ${id}`,
  });
  terminal.answer(rebuild, describeRebuild(rebuild));
  if (rebuild.state === 'swapped') return exitCodes.ok;
  if (rebuild.keptSchema !== null)
    terminal.tell(
      `  take it all the same:  npx jobstream rebuild swap ${id}\n` +
        `  drop it:               npx jobstream rebuild drop ${id}`,
    );
  return exitCodes.failure;
}
