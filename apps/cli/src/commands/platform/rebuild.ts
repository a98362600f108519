import { Option, type Command } from 'commander';
import type { JobstreamClient } from '@jobstream/client';
import { swapPolicies, type RebuildView, type SwapPolicy } from '@jobstream/contracts/rest';
import { describeRebuild, describeRebuildProgress } from '../../describe-rebuild.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import type { Terminal } from '../../terminal.js';
import { watchRebuild } from '../../watch-rebuild.js';

interface StartingOptions {
  readonly yes?: boolean;
  readonly watch: boolean;
}

interface StartOptions extends StartingOptions {
  readonly swap: SwapPolicy;
  readonly keep: boolean;
  readonly why?: string;
}

const columns: Columns<RebuildView> = {
  ID: ({ id }) => id,
  CREATED: ({ createdAt }) => createdAt,
  PROGRESS: (rebuild) => describeRebuildProgress(rebuild),
  WHY: ({ why }) => why,
};

const examples = `
Examples:
  $ npx jobstream rebuild start --why "the yearly check"
  $ npx jobstream rebuild start --swap always --why "restored a backup" --yes`;

/** `jobstream rebuild ...`: the status of all jobs, made again from the log. */
export function addRebuildCommands(program: Command, run: RunCommand): void {
  const rebuild = program
    .command('rebuild')
    .summary('make the status of all jobs again from the log')
    .description('Makes the status of all jobs again from the log, beside the live one. Runs no job.')
    .addHelpText('after', examples);
  addStarting(rebuild, run);
  addLooking(rebuild, run);
  addEnding(rebuild, run);
}

function addStarting(rebuild: Command, run: RunCommand): void {
  starting(
    rebuild
      .command('start')
      .description('Starts a rebuild.')
      .addOption(
        new Option('--swap <policy>', 'take the new rows only where all are the same, or in any case')
          .choices(swapPolicies)
          .default('when-equal'),
      )
      .option('--no-keep', 'drop the rows that were live, once the new ones are')
      .option('--why <text>', 'the reason; stays with the rebuild')
      .addHelpText('after', examples),
  ).action((options: StartOptions) => run((client, terminal) => start(client, terminal, options)));
  starting(
    rebuild
      .command('swap <id>')
      .description('Takes the rows of a rebuild that failed because some differ, in any case.'),
  ).action((id: string, options: StartingOptions) =>
    run(async (client, terminal) => {
      if (!options.yes) await terminal.confirm(`Take the rows of rebuild ${id}, though some differ?`);
      const made = await client.rebuilds.swap(id);
      return watchStarted(client, terminal, made, options);
    }),
  );
}

function addLooking(rebuild: Command, run: RunCommand): void {
  rebuild
    .command('list')
    .description('Lists the last hundred rebuilds, newest first.')
    .action(() =>
      run(async (client, terminal) => {
        terminal.answerList(await client.rebuilds.list(), columns, 'No rebuild yet.');
        return exitCodes.ok;
      }),
    );
  rebuild
    .command('get <id>')
    .description('Shows a rebuild.')
    .action((id: string) =>
      run(async (client, terminal) => {
        const found = await client.rebuilds.read(id);
        terminal.answer(found, describeRebuild(found));
        return exitCodes.ok;
      }),
    );
  rebuild
    .command('watch <id>')
    .description('Follows a rebuild to its end.')
    .action((id: string) => run((client, terminal) => watchRebuild(client, terminal, id)));
}

function addEnding(rebuild: Command, run: RunCommand): void {
  rebuild
    .command('cancel <id>')
    .description('Ends a rebuild and drops the rows that it has built.')
    .action((id: string) =>
      run(async (client, terminal) => {
        const cancelled = await client.rebuilds.cancel(id);
        terminal.answer(cancelled, describeRebuild(cancelled));
        return exitCodes.ok;
      }),
    );
  rebuild
    .command('drop <id>')
    .description('Drops the rows that a rebuild has left beside the live ones.')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: { yes?: boolean }) =>
      run(async (client, terminal) => {
        const { keptSchema } = await client.rebuilds.read(id);
        if (keptSchema !== null && !options.yes)
          await terminal.confirm(`Drop schema ${keptSchema} for good?`);
        await client.rebuilds.dropKept(id);
        const left = await client.rebuilds.read(id);
        terminal.answer(
          left,
          keptSchema === null ? 'Nothing is left of it.' : `Schema ${keptSchema} is gone.`,
        );
        return exitCodes.ok;
      }),
    );
}

/** Adds the options of commands that start a rebuild or a swap. */
function starting(command: Command): Command {
  return command.option('-y, --yes', 'do not ask').option('--no-watch', 'do not wait for the end');
}

async function start(client: JobstreamClient, terminal: Terminal, options: StartOptions): Promise<ExitCode> {
  const { swap, keep: keepOld, why, yes } = options;
  const when = swap === 'always' ? 'in any case' : 'if every row is the same';
  if (!yes) await terminal.confirm(`Make the status of all jobs again from the log, and take it ${when}?`);
  const made = await client.rebuilds.start({ swap, keepOld, why });
  return watchStarted(client, terminal, made, options);
}

async function watchStarted(
  client: JobstreamClient,
  terminal: Terminal,
  rebuild: RebuildView,
  { watch }: StartingOptions,
): Promise<ExitCode> {
  terminal.tell(`Rebuild ${rebuild.id} has started.`);
  if (watch) return watchRebuild(client, terminal, rebuild.id);
  terminal.answer(rebuild, describeRebuild(rebuild));
  return exitCodes.ok;
}
