import { Option, type Command } from 'commander';
import type { ThroughputOptions } from '@jobstream/client';
import { throughputPartLengths, throughputSteps, type ThroughputView } from '@jobstream/contracts/rest';
import { exitCodes } from '../../exit-codes.js';
import { readDate } from '../../options.js';
import type { RunCommand } from '../../program.js';
import type { Terminal } from '../../terminal.js';

/** `jobstream jobs throughput`: counts what became of jobs, in parts of time. */
export function addThroughputCommand(jobs: Command, run: RunCommand): void {
  jobs
    .command('throughput')
    .description('Counts what became of jobs over the last 15 minutes, or the last day.')
    .option('--type <type>', 'of jobs of this type')
    .option('--queue <queue>', 'of jobs of this queue')
    .option('--since <time>', 'since this time, at most a day ago', readDate)
    .addOption(new Option('--step <duration>', 'the length of each part').choices(throughputPartLengths))
    .action((options: ThroughputOptions) =>
      run(async (client, terminal) => {
        showThroughput(terminal, await client.readThroughput(options));
        return exitCodes.ok;
      }),
    );
}

function showThroughput(terminal: Terminal, throughput: ThroughputView): void {
  if (terminal.json) return terminal.answer(throughput, '');
  const { items, totals } = throughput;
  const columns = throughputSteps.map((step) => [
    step.toUpperCase(),
    (part: (typeof items)[number]) => String(part[step]),
  ]);
  terminal.answerList(
    { items: [...items, { ...totals, at: 'all' }] },
    { FROM: ({ at }) => at, ...(Object.fromEntries(columns) as Record<string, never>) },
    '',
  );
}
