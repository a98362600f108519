import { Option, type Command } from 'commander';
import { swapPolicies, type RebuildList, type RebuildView, type SwapPolicy } from '@jobstream/contracts/rest';
import type { Api } from '../api.js';
import { describeRebuild, describeRebuildProgress } from '../describe-rebuild.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../program.js';
import type { Terminal } from '../terminal.js';
import { watchRebuild } from '../watch-rebuild.js';

const pathOf = (id: string) => `/v1/rebuilds/${encodeURIComponent(id)}`;

interface BeginOptions {
  readonly yes?: boolean;
  readonly watch: boolean;
}

interface StartOptions extends BeginOptions {
  readonly swap: SwapPolicy;
  readonly keep: boolean;
  readonly why?: string;
}

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
  beginning(
    rebuild
      .command('start')
      .description('Begins a rebuild.')
      .addOption(
        new Option('--swap <policy>', 'take the new rows only where all are the same, or in any case')
          .choices(swapPolicies)
          .default('when-equal'),
      )
      .option('--no-keep', 'drop the rows that were live, once the new ones are')
      .option('--why <text>', 'why; stays with the rebuild')
      .addHelpText('after', examples),
  ).action((options: StartOptions) => run((api, terminal) => start(api, terminal, options)));
  beginning(
    rebuild
      .command('swap <id>')
      .description('Takes the rows of a rebuild that failed because some differ, in any case.'),
  ).action((id: string, options: BeginOptions) =>
    run(async (api, terminal) => {
      if (!options.yes) await terminal.confirm(`Take the rows of rebuild ${id}, though some differ?`);
      const made = await api.post<RebuildView>(`${pathOf(id)}/swap`, {});
      return watchBegun(api, terminal, made, options);
    }),
  );
}

function addLooking(rebuild: Command, run: RunCommand): void {
  rebuild
    .command('list')
    .description('Lists the last hundred rebuilds, newest first.')
    .action(() =>
      run(async (api, terminal) => {
        const list = await api.get<RebuildList>('/v1/rebuilds');
        const lines = list.items.map(
          (each) => `${each.id}  ${each.createdAt}  ${describeRebuildProgress(each)}  ${each.why ?? ''}`,
        );
        terminal.answer(list, lines.join('\n') || 'No rebuild yet.');
        return exitCodes.ok;
      }),
    );
  rebuild
    .command('get <id>')
    .description('Shows a rebuild.')
    .action((id: string) =>
      run(async (api, terminal) => {
        const found = await api.get<RebuildView>(pathOf(id));
        terminal.answer(found, describeRebuild(found));
        return exitCodes.ok;
      }),
    );
  rebuild
    .command('watch <id>')
    .description('Follows a rebuild to its end.')
    .action((id: string) => run((api, terminal) => watchRebuild(api, terminal, id)));
}

function addEnding(rebuild: Command, run: RunCommand): void {
  rebuild
    .command('cancel <id>')
    .description('Ends a rebuild and throws away what it has built.')
    .action((id: string) =>
      run(async (api, terminal) => {
        const cancelled = await api.post<RebuildView>(`${pathOf(id)}/cancel`, {});
        terminal.answer(cancelled, describeRebuild(cancelled));
        return exitCodes.ok;
      }),
    );
  rebuild
    .command('drop <id>')
    .description('Drops the rows that a rebuild has left beside the live ones.')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: { yes?: boolean }) =>
      run(async (api, terminal) => {
        const { keptSchema } = await api.get<RebuildView>(pathOf(id));
        if (keptSchema !== null && !options.yes)
          await terminal.confirm(`Drop schema ${keptSchema} for good?`);
        await api.delete(`${pathOf(id)}/kept`);
        const left = await api.get<RebuildView>(pathOf(id));
        terminal.answer(
          left,
          keptSchema === null ? 'Nothing is left of it.' : `Schema ${keptSchema} is gone.`,
        );
        return exitCodes.ok;
      }),
    );
}

/** Gives a command the options of those that begin something. */
function beginning(command: Command): Command {
  return command.option('-y, --yes', 'do not ask').option('--no-watch', 'do not wait for the end');
}

async function start(api: Api, terminal: Terminal, options: StartOptions): Promise<ExitCode> {
  const { swap, keep: keepOld, why, yes } = options;
  const when = swap === 'always' ? 'in any case' : 'if every row is the same';
  if (!yes) await terminal.confirm(`Make the status of all jobs again from the log, and take it ${when}?`);
  const made = await api.post<RebuildView>('/v1/rebuilds', { swap, keepOld, why });
  return watchBegun(api, terminal, made, options);
}

async function watchBegun(
  api: Api,
  terminal: Terminal,
  rebuild: RebuildView,
  { watch }: BeginOptions,
): Promise<ExitCode> {
  terminal.tell(`Rebuild ${rebuild.id} is under way.`);
  if (watch) return watchRebuild(api, terminal, rebuild.id);
  terminal.answer(rebuild, describeRebuild(rebuild));
  return exitCodes.ok;
}
