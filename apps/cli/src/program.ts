import { BaseUrlError, JobstreamClient } from '@jobstream/client';
import { Command, CommanderError } from 'commander';
import { explainApiFailure } from './api-failure.js';
import { CommandError } from './command-error.js';
import { addJobsCommands } from './commands/jobs.js';
import { addRebuildCommands } from './commands/rebuild.js';
import { addReplayCommands } from './commands/replay.js';
import { addReplaysCommands } from './commands/replays.js';
import { addTypesCommands } from './commands/types.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { Terminal } from './terminal.js';

/** Runs the work of a command, with the options of all commands. */
export type RunCommand = (
  work: (client: JobstreamClient, terminal: Terminal) => Promise<ExitCode>,
) => Promise<void>;

/** Where the embedded stack serves the API. */
const defaultUrl = 'http://127.0.0.1:3000';
/** Milliseconds: a long survey answers after minutes. */
const timeoutMs = 300_000;

const help = `
Environment:
  JOBSTREAM_URL      where the platform answers (default ${defaultUrl})
  JOBSTREAM_API_KEY  the API key, where one is needed; an option would show in the list of processes

Exit codes:
  0 done, or nothing to do   1 failed, or done in part   2 usage   3 not found
  4 API key                  5 conflict                  130 interrupted
  141 the reader of the output has closed it (| head)`;

/**
 * Runs the command of these arguments. Data goes to stdout, everything else to stderr.
 * @returns the exit code of the process
 */
export async function runProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = new Command('jobstream')
    .description('Jobs on Kafka: look at them, run them again, rebuild their status.')
    .option(
      '--url <url>',
      'where the platform answers (JOBSTREAM_URL)',
      environment.JOBSTREAM_URL || defaultUrl,
    )
    .option('--json', 'data as JSON on stdout, for scripts')
    .addHelpText('after', help)
    .exitOverride();
  const run: RunCommand = async (work) => {
    const { url, json } = program.opts<{ url: string; json?: true }>();
    const client = connect(url, environment.JOBSTREAM_API_KEY || undefined);
    exitCode = await work(client, new Terminal(json === true)).catch((error: unknown) => {
      throw explainApiFailure(error, url);
    });
  };
  addTypesCommands(program, run);
  addReplayCommands(program, run);
  addReplaysCommands(program, run);
  addJobsCommands(program, run);
  addRebuildCommands(program, run);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

/** @throws CommandError when the URL is not one of a platform */
function connect(url: string, apiKey: string | undefined): JobstreamClient {
  try {
    // A person sees a failure at once and decides.
    return new JobstreamClient({ url, apiKey, timeoutMs, retries: false });
  } catch (error) {
    if (!(error instanceof BaseUrlError)) throw error;
    throw new CommandError(exitCodes.usage, `--url (JOBSTREAM_URL): ${error.message}`, { cause: error });
  }
}

function explain(error: unknown): ExitCode {
  // Its message is written already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return error.exitCode;
}
