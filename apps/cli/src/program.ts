import { BaseUrlError, JobstreamClient } from '@jobstream/client';
import { Command, CommanderError } from 'commander';
import { explainApiFailure } from './api-failure.js';
import { CommandError } from './command-error.js';
import { addBatchCommand } from './commands/jobs/batch.js';
import { addCancelCommand } from './commands/jobs/cancel.js';
import { addEndpointsCommands } from './commands/jobs/endpoints.js';
import { addErrorsCommands } from './commands/jobs/errors.js';
import { addFlowsCommands } from './commands/jobs/flows.js';
import { addJobsCommands } from './commands/jobs/jobs.js';
import { addLogsCommand } from './commands/jobs/logs.js';
import { addSubmitCommand } from './commands/jobs/submit.js';
import { addTypesCommands } from './commands/jobs/types.js';
import { addDevCommand } from './commands/own-folder/dev.js';
import { addInitCommand } from './commands/own-folder/init.js';
import { addAccessCommands } from './commands/platform/access.js';
import { addCompletionCommands } from './commands/platform/completion.js';
import { addFilesCommands } from './commands/platform/files.js';
import { addHealthCommand } from './commands/platform/health.js';
import { addRebuildCommands } from './commands/platform/rebuild.js';
import { addTopicsCommands } from './commands/platform/topics.js';
import { addQueueCommands } from './commands/queues/queues.js';
import { addSchedulesCommands } from './commands/queues/schedules.js';
import { addWebhooksCommands } from './commands/queues/webhooks.js';
import { addWorkersCommand } from './commands/queues/workers.js';
import { addActionsCommands } from './commands/replays/actions.js';
import { addDeadLettersCommand } from './commands/replays/dead-letters.js';
import { addReplayCommands } from './commands/replays/replay.js';
import { addReplaysCommands } from './commands/replays/replays.js';
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
