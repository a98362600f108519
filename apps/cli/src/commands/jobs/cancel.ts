import type { Command } from 'commander';
import type { JobstreamClient } from '@jobstream/client';
import type { CancelledJob } from '@jobstream/contracts/rest';
import { explainApiFailure } from '../../api-failure.js';
import { CommandError } from '../../command-error.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';
import type { Terminal } from '../../terminal.js';

const examples = `
Examples:
  $ npx jobstream cancel 01a20495-2546-7ab4-9119-1338e5675ed4
  $ npx jobstream actions start cancel 'queue:probe state:queued until:1h' --dry-run`;

/** `jobstream cancel`: jobs by their ids. */
export function addCancelCommand(program: Command, run: RunCommand): void {
  program
    .command('cancel <id...>')
    .summary('cancel jobs')
    .description('Cancels jobs by their ids. `actions start cancel` cancels all that meet a filter.')
    .addHelpText('after', examples)
    .action((ids: string[]) => run((client, terminal) => cancelEach(client, terminal, ids)));
}

/** One after another: one that has ended keeps no other from its cancel. */
async function cancelEach(
  client: JobstreamClient,
  terminal: Terminal,
  ids: readonly string[],
): Promise<ExitCode> {
  const items: CancelledJob[] = [];
  let failure: CommandError | undefined;
  for (const id of ids) {
    try {
      items.push(await client.cancel(id));
    } catch (error) {
      const explained = explainApiFailure(error, '');
      if (!(explained instanceof CommandError) || ids.length === 1) throw error;
      failure ??= explained;
      terminal.tell(`${id}: ${explained.message}`);
    }
  }
  terminal.answer(
    { items },
    items.map(({ id, state }) => `${id}  is ${state}, its cancel is taken`).join('\n'),
  );
  return failure?.exitCode ?? exitCodes.ok;
}
