import type { Command } from 'commander';
import type { DeadLetterPage } from '@jobstream/contracts/rest';
import { exitCodes } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import { paged, type PagedOptions } from '../paged.js';

const columns: Columns<DeadLetterPage['items'][number]> = {
  TIME: ({ time }) => time,
  REASON: ({ reason }) => reason,
  JOB: ({ job, origin: { topic, partition, offset } }) =>
    job === null ? `unreadable, from ${topic}/${partition}/${offset}` : job.id,
  TYPE: ({ job }) => job?.type ?? null,
  RUN: ({ job }) => job?.run ?? null,
  NOW: ({ job }) => (job === null ? "can't be redriven" : `run ${job.currentRun} ${job.state ?? ''}`.trim()),
  ERROR: ({ error }) => `${error.code}: ${error.message}`,
};

/** `jobstream dead-letters`. */
export function addDeadLettersCommand(program: Command, run: RunCommand): void {
  paged(
    program
      .command('dead-letters <queue>')
      .description('Lists the jobs that the workers of a queue dead-lettered, newest first.'),
  ).action((queue: string, options: PagedOptions) =>
    run(async (client, terminal) => {
      terminal.answerList(await client.listDeadLetters(queue, options), columns, 'No dead letters here.');
      return exitCodes.ok;
    }),
  );
}
