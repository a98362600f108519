import type { JobTypeSummary, JobTypeView } from '@jobstream/contracts/rest';
import type { Command } from 'commander';
import { exitCodes } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';

const columns: Columns<JobTypeSummary> = {
  TYPE: ({ type }) => type,
  QUEUE: ({ queue }) => queue,
  OWNER: ({ owner, rivals }) =>
    rivals.length === 0 ? owner : `${owner}  CONTESTED by ${rivals.map((rival) => rival.owner).join(', ')}`,
};

/** `jobstream types ...`: shows job types, and takes them back. */
export function addTypesCommands(program: Command, run: RunCommand): void {
  const types = program.command('types').description('Shows job types, and takes them back.');
  types
    .command('list')
    .description('Lists the job types that can be submitted.')
    .action(() =>
      run(async (client, terminal) => {
        const list = await client.jobTypes.list();
        terminal.answerList(list, columns, 'No worker has published a job type yet.');
        return exitCodes.ok;
      }),
    );
  types
    .command('get <type>')
    .description('Shows a job type: its rules, an example of its payload, who serves it.')
    .action((type: string) =>
      run(async (client, terminal) => {
        const view = await client.jobTypes.read(type);
        terminal.answer(view, describeType(view));
        return exitCodes.ok;
      }),
    );
  types
    .command('delete <type>')
    .description('Takes a job type back that no worker serves.')
    .action((type: string) =>
      run(async (client, terminal) => {
        await client.jobTypes.delete(type);
        terminal.answer({ type }, `${type} is taken back.`);
        return exitCodes.ok;
      }),
    );
}

function describeType(view: JobTypeView): string {
  const { type, queue, owner, publishedAt, maxAttempts, timeoutMs, exclusive, workers, example } = view;
  return [
    `${type}  queue ${queue.name}  version ${view.version}`,
    `published by ${owner} at ${publishedAt}, served by ${workers} worker processes`,
    `${maxAttempts} attempts, ${timeoutMs} ms each${exclusive ? ', exclusive' : ''}`,
    ...(view.search ? [`searched by ${view.search.join(', ')}`] : []),
    ...view.rivals.map((rival) => `CONTESTED by ${rival.owner}: rename the type, or stop one of the workers`),
    `example: ${JSON.stringify(example)}`,
  ].join('\n');
}
