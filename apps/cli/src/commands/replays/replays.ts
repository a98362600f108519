import type { ReplayJobPage, ReplayView } from '@jobstream/contracts/rest';
import type { Command } from 'commander';
import { describeProgress, describeReplay } from '../../describe-replay.js';
import { exitCodes } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import { watchReplay } from '../../watch-replay.js';
import { inState, paged, type PagedOptions, type StateOption } from '../paged.js';

const columns: Columns<ReplayView> = {
  ID: ({ id }) => id,
  QUEUE: ({ queue }) => queue,
  CREATED: ({ createdAt }) => createdAt,
  PROGRESS: (replay) => describeProgress(replay, Date.now()),
  WHY: ({ why }) => why,
};

const jobColumns: Columns<ReplayJobPage['items'][number]> = {
  JOB: ({ id }) => id,
  RUN: ({ run }) => run,
  STATE: ({ state }) => state,
  REPLAYED: ({ replayedAt }) => replayedAt,
  WHY: ({ detail }) => detail,
};

/** `jobstream replays ...`: shows replays, and cancels them. */
export function addReplaysCommands(program: Command, run: RunCommand): void {
  const replays = program.command('replays').description('Shows replays, and cancels them.');
  paged(inState(replays.command('list').description('Lists replays, newest first.'))).action(
    (options: PagedOptions & StateOption) =>
      run(async (client, terminal) => {
        terminal.answerList(await client.replays.list(options), columns, 'No replay yet.');
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
        terminal.answerList(await client.replays.listJobs(id, options), jobColumns, 'No run yet.');
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
