import { BaseUrlError, JobstreamClient } from '@jobstream/client';
import { Command, CommanderError } from 'commander';
import { explainApiFailure } from './api-failure.js';
import { CommandError } from './command-error.js';
import { addActionsCommands } from './commands/actions.js';
import { addAccessCommands } from './commands/access.js';
import { addBatchCommand } from './commands/batch.js';
import { addCancelCommand } from './commands/cancel.js';
import { addCompletionCommands } from './commands/completion.js';
import { addDeadLettersCommand } from './commands/dead-letters.js';
import { addDevCommand } from './commands/dev.js';
import { addErrorsCommands } from './commands/errors.js';
import { addFilesCommands } from './commands/files.js';
import { addFlowsCommands } from './commands/flows.js';
import { addHealthCommand } from './commands/health.js';
import { addEndpointsCommands } from './commands/endpoints.js';
import { addInitCommand } from './commands/init.js';
import { addJobsCommands } from './commands/jobs.js';
import { addLogsCommand } from './commands/logs.js';
import { addQueueCommands } from './commands/queues.js';
import { addRebuildCommands } from './commands/rebuild.js';
import { addReplayCommands } from './commands/replay.js';
import { addReplaysCommands } from './commands/replays.js';
import { addSchedulesCommands } from './commands/schedules.js';
import { addSubmitCommand } from './commands/submit.js';
import { addTopicsCommands } from './commands/topics.js';
import { addTypesCommands } from './commands/types.js';
import { addWebhooksCommands } from './commands/webhooks.js';
import { addWorkersCommand } from './commands/workers.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { Terminal } from './terminal.js';
import { makeVisible } from './visible-text.js';

/** Runs the work of a command, with the options of all commands. */
export type RunCommand = (
  work: (client: JobstreamClient, terminal: Terminal) => Promise<ExitCode>,
) => Promise<void>;

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

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
export async function runProgram(args: readonly string[], environment: Environment): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = makeProgram(environment, async (work) => {
    const { url, json } = program.opts<{ url: string; json?: true }>();
    const client = connect(url, environment.JOBSTREAM_API_KEY || undefined);
    const terminal = new Terminal(json === true);
    terminal.wait(`Waiting for ${url} …`);
    try {
      exitCode = await work(client, terminal);
    } catch (error) {
      throw explainApiFailure(error, url);
    } finally {
      terminal.endWait();
    }
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

/** All commands with their options, whose work `run` runs. */
export function makeProgram(environment: Environment, run: RunCommand): Command {
  const program = new Command('jobstream')
    .description('Jobs on Kafka: submit them, look at them, steer what runs.')
    .option(
      '--url <url>',
      'where the platform answers (JOBSTREAM_URL)',
      environment.JOBSTREAM_URL || defaultUrl,
    )
    .option('--json', 'data as JSON on stdout, for scripts')
    .addHelpText('after', help)
    .exitOverride();
  program.commandsGroup('Your own folder:');
  addInitCommand(program, run);
  addDevCommand(program, run);
  program.commandsGroup('Jobs:');
  addSubmitCommand(program, run);
  addBatchCommand(program, run);
  addFlowsCommands(program, run);
  addJobsCommands(program, run);
  addLogsCommand(program, run);
  addCancelCommand(program, run);
  addErrorsCommands(program, run);
  addTypesCommands(program, run);
  addEndpointsCommands(program, run);
  program.commandsGroup('Queues, schedules, webhooks:');
  addQueueCommands(program, run);
  addWorkersCommand(program, run);
  addSchedulesCommands(program, run);
  addWebhooksCommands(program, run);
  program.commandsGroup('Again:');
  addDeadLettersCommand(program, run);
  addReplayCommands(program, run);
  addReplaysCommands(program, run);
  addActionsCommands(program, run);
  addRebuildCommands(program, run);
  program.commandsGroup('The platform:');
  addTopicsCommands(program, run);
  addHealthCommand(program, run);
  addAccessCommands(program, run);
  addFilesCommands(program, run);
  addCompletionCommands(program, environment);
  return program;
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
  process.stderr.write(`${makeVisible(error.message)}\n`);
  return error.exitCode;
}
