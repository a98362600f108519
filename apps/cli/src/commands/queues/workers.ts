import type { WorkerView } from '@jobstream/contracts/rest';
import type { Command } from 'commander';
import { exitCodes } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';

const columns: Columns<WorkerView> = {
  WORKER: ({ id }) => id,
  SERVICE: ({ service }) => service,
  STATE: ({ state }) => (state === 'silent' ? 'SILENT' : state),
  'LAST SIGN': ({ lastSignAt }) => lastSignAt,
  RUNNING: ({ runningCount, queues }) =>
    `${runningCount}/${queues.reduce((sum, { slots }) => sum + slots, 0)}`,
  QUEUES: ({ queues, queueCount }) =>
    [...queues.map(({ queue }) => queue), ...(queueCount > queues.length ? ['…'] : [])].join(' '),
  PROGRAM: ({ program: { name, version } }) => [name, version].filter(Boolean).join(' '),
  MEMORY: ({ memory }) => `${Math.round(memory.rssBytes / 1_048_576)} MiB`,
  JOBS: ({ running }) => running.map(({ id }) => id).join(' '),
};

/** `jobstream workers`. */
export function addWorkersCommand(program: Command, run: RunCommand): void {
  program
    .command('workers')
    .description('Lists the worker processes: what they serve and run, and which are silent.')
    .option('--queue <queue>', 'only those that serve this queue')
    .action((options: { queue?: string }) =>
      run(async (client, terminal) => {
        const none = 'No worker has told of itself within ten minutes.';
        terminal.answerList(await client.workers.list(options), columns, none);
        return exitCodes.ok;
      }),
    );
}
