import type { JobstreamClient } from '@jobstream/client';
import { describeRebuild, describeRebuildProgress } from './describe-rebuild.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { follow } from './follow.js';
import type { Terminal } from './terminal.js';

/** Follows a rebuild to its end and writes it out. Ctrl-C ends the watching alone. */
export async function watchRebuild(
  client: JobstreamClient,
  terminal: Terminal,
  id: string,
): Promise<ExitCode> {
  const rebuild = await follow(terminal, {
    read: (signal) => client.rebuilds.read(id, { signal }),
    describe: describeRebuildProgress,
    stillRunning:
      `\nRebuild ${id} is still running.\n` +
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
