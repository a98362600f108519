import type { Command } from 'commander';
import type { ReplayJobPage, ReplayPage, ReplayView } from '@jobstream/contracts/rest';
import { describeProgress, describeReplay } from '../describe-replay.js';
import { exitCodes } from '../exit-codes.js';
import { readCount } from '../options.js';
import type { RunCommand } from '../program.js';
import { watchReplay } from '../watch-replay.js';

const pathOf = (id: string) => `/v1/replays/${encodeURIComponent(id)}`;

interface PageOptions {
  readonly limit: number;
  readonly cursor?: string;
}

/** The query of a page. */
export function queryOf({ limit, cursor }: PageOptions): string {
  return `?${new URLSearchParams({ limit: String(limit), ...(cursor !== undefined && { cursor }) }).toString()}`;
}

/** What follows a page, for people. */
export function describeNext(next: string | null): string {
  return next === null ? '' : `\nmore: --cursor ${next}`;
}

/** Gives a command the options of a list that is read page by page. */
export function paged(command: Command): Command {
  return command
    .option('--limit <n>', 'items at most', readCount, 50)
    .option('--cursor <cursor>', 'the next of the page before');
}

/** `jobstream replays ...`: what there is of replays. */
export function addReplaysCommands(program: Command, run: RunCommand): void {
  const replays = program.command('replays').description('Looks at replays, and cancels them.');
  paged(replays.command('list').description('Lists replays, newest first.')).action((options: PageOptions) =>
    run(async (api, terminal) => {
      const page = await api.get<ReplayPage>(`/v1/replays${queryOf(options)}`);
      const lines = page.items.map(
        (replay) =>
          `${replay.id}  ${replay.queue}  ${describeProgress(replay, Date.now())}  ${replay.why ?? ''}`,
      );
      terminal.answer(page, (lines.join('\n') || 'No replay yet.') + describeNext(page.next));
      return exitCodes.ok;
    }),
  );
  replays
    .command('get <id>')
    .description('Shows a replay.')
    .action((id: string) =>
      run(async (api, terminal) => {
        const replay = await api.get<ReplayView>(pathOf(id));
        terminal.answer(replay, describeReplay(replay));
        return exitCodes.ok;
      }),
    );
  paged(replays.command('jobs <id>').description('Lists the runs that a replay made.')).action(
    (id: string, options: PageOptions) =>
      run(async (api, terminal) => {
        const page = await api.get<ReplayJobPage>(`${pathOf(id)}/jobs${queryOf(options)}`);
        const lines = page.items.map(
          (job) => `${job.id}  run ${job.run}  ${job.state}  ${job.replayedAt ?? job.detail ?? ''}`,
        );
        terminal.answer(page, (lines.join('\n') || 'No run yet.') + describeNext(page.next));
        return exitCodes.ok;
      }),
  );
  replays
    .command('watch <id>')
    .description('Follows a replay to its end.')
    .action((id: string) => run((api, terminal) => watchReplay(api, terminal, id)));
  replays
    .command('cancel <id>')
    .description('Ends a replay; what it has put into its queue stays there.')
    .action((id: string) =>
      run(async (api, terminal) => {
        const replay = await api.post<ReplayView>(`${pathOf(id)}/cancel`, {});
        terminal.answer(replay, describeReplay(replay));
        return exitCodes.ok;
      }),
    );
}
