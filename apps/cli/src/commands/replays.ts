import type { Command } from 'commander';
import { describeProgress, describeReplay } from '../describe-replay.js';
import { exitCodes } from '../exit-codes.js';
import { readCount } from '../options.js';
import type { RunCommand } from '../program.js';
import { watchReplay } from '../watch-replay.js';

/** Options of a list that is read page by page. */
export interface PagedOptions {
  readonly limit: number;
  readonly cursor?: string;
}

/** How to see the next page; empty after the last one. */
export function describeNext(next: string | null): string {
  return next === null ? '' : `\nmore: --cursor ${next}`;
}

/** Gives a command the options of a list that is read page by page. */
export function paged(command: Command): Command {
  return command
    .option('--limit <n>', 'items at most', readCount, 50)
    .option('--cursor <cursor>', 'the next page: the cursor that the page before ends with');
}

/** `jobstream replays ...`: shows replays, and cancels them. */
export function addReplaysCommands(program: Command, run: RunCommand): void {
  const replays = program.command('replays').description('Shows replays, and cancels them.');
  paged(replays.command('list').description('Lists replays, newest first.')).action((options: PagedOptions) =>
    run(async (client, terminal) => {
      const page = await client.replays.list(options);
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
      run(async (client, terminal) => {
        const replay = await client.replays.read(id);
        terminal.answer(replay, describeReplay(replay));
        return exitCodes.ok;
      }),
    );
  paged(replays.command('jobs <id>').description('Lists the runs that a replay made.')).action(
    (id: string, options: PagedOptions) =>
      run(async (client, terminal) => {
        const page = await client.replays.listJobs(id, options);
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
    .action((id: string) => run((client, terminal) => watchReplay(client, terminal, id)));
  replays
    .command('cancel <id>')
    .description('Ends a replay; jobs that it has put into their queue still run.')
    .action((id: string) =>
      run(async (client, terminal) => {
        const replay = await client.replays.cancel(id);
        terminal.answer(replay, describeReplay(replay));
        return exitCodes.ok;
      }),
    );
}
