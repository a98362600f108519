import { Option, type Command } from 'commander';
import type { BulkCancelWish, JobstreamClient } from '@jobstream/client';
import { unfinishedStates, type CancelledJob } from '@jobstream/contracts/rest';
import { explainApiFailure } from '../api-failure.js';
import { CommandError } from '../command-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { readDurationText } from '../options.js';
import type { RunCommand } from '../program.js';
import type { Terminal } from '../terminal.js';

type Conditions = Omit<BulkCancelWish, 'dryRun'>;

interface CancelOptions extends Conditions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const examples = `
Examples:
  $ npx jobstream cancel 01a20495-2546-7ab4-9119-1338e5675ed4
  $ npx jobstream cancel --queue probe --state queued --older-than 1h --dry-run`;

/** `jobstream cancel`: jobs by their ids, or all unfinished ones that meet conditions. */
export function addCancelCommand(program: Command, run: RunCommand): void {
  program
    .command('cancel [id...]')
    .summary('cancel jobs')
    .description('Cancels jobs by their ids, or the unfinished jobs that meet every condition.')
    .option('--type <type>', 'of this job type')
    .option('--queue <queue>', 'in this queue')
    .addOption(new Option('--state <state>', 'in this state').choices(unfinishedStates))
    .option('--older-than <duration>', 'created longer ago than that: 1h', readDurationText)
    .option('--dry-run', 'count them only')
    .option('-y, --yes', 'do not ask before jobs are cancelled by conditions')
    .addHelpText('after', examples)
    .action((ids: string[], options: CancelOptions) =>
      run((client, terminal) => cancel(client, terminal, ids, options)),
    );
}

async function cancel(
  client: JobstreamClient,
  terminal: Terminal,
  ids: readonly string[],
  { dryRun = false, yes, ...conditions }: CancelOptions,
): Promise<ExitCode> {
  const byConditions = Object.keys(conditions).length > 0;
  if (ids.length > 0 === byConditions)
    throw new CommandError(
      exitCodes.usage,
      'Give the ids of jobs, or else one condition or more: --type, --queue, --state, --older-than.',
    );
  if (!byConditions) return cancelEach(client, terminal, ids);
  if (!dryRun && !yes) {
    const { count } = await client.cancelAll({ ...conditions, dryRun: true });
    if (count > 0) await terminal.confirm(`Cancel ${count} jobs?`);
  }
  const cancelled = await client.cancelAll({ ...conditions, dryRun });
  terminal.answer(
    cancelled,
    dryRun ? `${cancelled.count} jobs would be cancelled.` : `${cancelled.count} jobs are being cancelled.`,
  );
  return exitCodes.ok;
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
