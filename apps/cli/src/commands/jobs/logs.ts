import type { Command } from 'commander';
import type { JobLogOptions, JobstreamClient } from '@jobstream/client';
import type { JobLogLine } from '@jobstream/contracts/rest';
import { describeLine } from '../../describe-job.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { readCount } from '../../options.js';
import type { RunCommand } from '../../program.js';
import type { Terminal } from '../../terminal.js';
import { exitCodeOfJob, watchJob } from '../../watch-job.js';

interface LogsOptions {
  readonly run?: number;
  readonly attempt?: number;
  readonly follow?: boolean;
}

/** `logs <id>`, below the program and below `jobs`. */
export function addLogsCommand(parent: Command, run: RunCommand): void {
  parent
    .command('logs <id>')
    .description('Shows what the handler of a job has logged. With --json each line is a line.')
    .option('-f, --follow', 'go on to the end of the job')
    .option('--run <n>', 'of this run', readCount)
    .option('--attempt <n>', 'of this attempt', readCount)
    .action((id: string, { follow, ...wish }: LogsOptions) =>
      run((client, terminal) =>
        follow ? followLines(client, terminal, id, wish) : showLines(client, terminal, id, wish),
      ),
    );
}

async function showLines(
  client: JobstreamClient,
  terminal: Terminal,
  id: string,
  wish: JobLogOptions,
): Promise<ExitCode> {
  let isEmpty = true;
  for await (const line of client.readLogs(id, wish)) {
    isEmpty = false;
    terminal.answer(line, describeLine(line));
  }
  if (isEmpty && !terminal.json)
    terminal.answer(null, 'No lines: its handler has logged none, or they are no longer kept.');
  return exitCodes.ok;
}

/** The last lines may come later than the end of the job: they are read after it. */
async function followLines(
  client: JobstreamClient,
  terminal: Terminal,
  id: string,
  { run, attempt }: Pick<LogsOptions, 'run' | 'attempt'>,
): Promise<ExitCode> {
  let after: string | undefined;
  const show = (line: JobLogLine) => {
    after = line.id;
    if ((run ?? line.run) === line.run && (attempt ?? line.attempt) === line.attempt)
      terminal.answer(line, describeLine(line));
  };
  const job = await watchJob(client, terminal, id, {
    show: (event) => {
      if (event.kind === 'logs') event.lines.forEach(show);
    },
  });
  for await (const line of client.readLogs(id, { run, attempt, after })) show(line);
  return exitCodeOfJob(job);
}
