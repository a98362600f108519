import { BaseUrlError, readBaseUrl } from '@jobstream/contracts/rest';
import { Command, CommanderError } from 'commander';
import { Api, usualUrl } from './api.js';
import { CommandError } from './command-error.js';
import { addJobsCommands } from './commands/jobs.js';
import { addRebuildCommands } from './commands/rebuild.js';
import { addReplayCommands } from './commands/replay.js';
import { addReplaysCommands } from './commands/replays.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { Terminal } from './terminal.js';

/** Runs what a command does, with what the options of all commands say. */
export type RunCommand = (work: (api: Api, terminal: Terminal) => Promise<ExitCode>) => Promise<void>;

const help = `
Environment:
  JOBSTREAM_URL      where the platform answers (default ${usualUrl})
  JOBSTREAM_API_KEY  the API key, where one is needed

Exit codes:
  0 done, or nothing to do   1 failed, or done in part   2 usage   3 not found
  4 API key                  5 conflict                  130 interrupted
  141 whoever read the output has gone (| head)`;

/**
 * Runs the command of these arguments. Data goes to stdout, everything else to stderr.
 * @returns how the process is to end
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
      environment.JOBSTREAM_URL || usualUrl,
    )
    .option('--json', 'data as JSON on stdout, for scripts')
    .addHelpText('after', help)
    .exitOverride();
  const run: RunCommand = async (work) => {
    const { url, json } = program.opts<{ url: string; json?: true }>();
    const api = new Api({ url: readUrl(url), apiKey: environment.JOBSTREAM_API_KEY || undefined });
    exitCode = await work(api, new Terminal(json === true));
  };
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

function readUrl(text: string): string {
  try {
    return readBaseUrl(text);
  } catch (error) {
    if (!(error instanceof BaseUrlError)) throw error;
    throw new CommandError(exitCodes.usage, `--url (JOBSTREAM_URL): ${error.message}`, { cause: error });
  }
}

function explain(error: unknown): ExitCode {
  // It has told already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return error.exitCode;
}
