import type { Command } from 'commander';
import type { JobstreamClient, SubmitOptions } from '@jobstream/client';
import { CommandError } from '../../command-error.js';
import { describeEnd, describeEvent } from '../../describe-job.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { readDuration, readDurationText, readTime } from '../../options.js';
import { readPayload } from '../../payload.js';
import type { RunCommand } from '../../program.js';
import type { Terminal } from '../../terminal.js';
import { exitCodeOfJob, watchJob } from '../../watch-job.js';

interface SubmitCommandOptions extends Omit<
  SubmitOptions,
  'idempotencyKey' | 'signal' | 'priority' | 'unique'
> {
  readonly priority?: string;
  readonly idempotencyKey?: string;
  readonly wait?: true | number;
  readonly unique?: string;
  readonly uniqueFor?: string;
  readonly onConflict?: string;
  readonly debounce?: string;
  readonly debounceMax?: string;
}

const examples = `
Examples:
  $ npx jobstream submit probe.run '{"sleepMs": 500}' --wait
  $ npx jobstream submit image.thumbnail @payload.json --priority high
  $ generate-payload | npx jobstream submit report.generate - --delay 10m`;

/** `jobstream submit`: one job. */
export function addSubmitCommand(program: Command, run: RunCommand): void {
  program
    .command('submit <type> [payload]')
    .summary('submit a job')
    .description('Submits a job and prints its id. The payload is JSON, @file, or - for the standard input.')
    .option('--wait [duration]', 'wait for its end, so long at most, and print its result', readDuration)
    .option('--priority <priority>', 'high, normal or low, or from 0 (first) to 9')
    .option('--delay <duration>', 'start it at the earliest after this time: 30s, 10m, 7d', readDurationText)
    .option('--run-at <time>', 'start it at this time at the earliest', readTime)
    .option('--expires-in <duration>', 'give it up if it has not started after this time', readDurationText)
    .option('--ordering-key <key>', 'run the jobs of this key one after another')
    .option('--unique <key>', 'make no second job of this key and type')
    .option('--unique-for <hold>', 'hold the key while waiting, unfinished (default), or so long: 1h')
    .option('--on-conflict <policy>', 'where another job holds the key: return (default), replace or reject')
    .option('--debounce <duration>', 'start it once the key has been quiet for so long', readDurationText)
    .option('--debounce-max <duration>', 'but at the latest so long after the first', readDurationText)
    .option('--submitted-for <whom>', 'the person or thing it is for; a filter of the list')
    .option('--notify <url>', 'have this URL hear of its end')
    .option('--idempotency-key <key>', 'make one job of all submissions with this key, for 24 hours')
    .option('--traceparent <id>', 'the W3C trace that it belongs to')
    .addHelpText('after', examples)
    .action((type: string, payload: string | undefined, options: SubmitCommandOptions) =>
      run((client, terminal) => submit(client, terminal, type, payload, options)),
    );
}

async function submit(
  client: JobstreamClient,
  terminal: Terminal,
  type: string,
  source: string | undefined,
  { wait, priority, unique, uniqueFor, onConflict, debounce, debounceMax, ...options }: SubmitCommandOptions,
): Promise<ExitCode> {
  const payload = await readPayload(terminal, source);
  const key = uniqueOf({ unique, uniqueFor, onConflict, debounce, debounceMax });
  const job = await client.submit(type, payload, { ...options, unique: key, priority: priorityOf(priority) });
  if (job.existing) terminal.progress(`Job ${job.id} holds this unique key.`);
  if (wait === undefined) {
    terminal.answer(job, job.id);
    return exitCodes.ok;
  }
  const end = await watchJob(client, terminal, job.id, {
    greeting: `Job ${job.id} is accepted. `,
    waitMs: wait === true ? undefined : wait,
    show: (event) => terminal.progress(describeEvent(event)),
  });
  terminal.answer(end, describeEnd(end));
  return exitCodeOfJob(end);
}

/** The API knows which there are; a number goes as one. */
function priorityOf(text: string | undefined): SubmitOptions['priority'] {
  return (text !== undefined && /^\d$/.test(text) ? Number(text) : text) as SubmitOptions['priority'];
}

type UniqueFlags = Pick<
  SubmitCommandOptions,
  'unique' | 'uniqueFor' | 'onConflict' | 'debounce' | 'debounceMax'
>;

/** The API checks the values. @throws CommandError when there are options of a key and no key */
function uniqueOf({ unique, ...flags }: UniqueFlags): SubmitOptions['unique'] {
  const { uniqueFor, onConflict, debounce, debounceMax } = flags;
  if (unique !== undefined)
    return { key: unique, for: uniqueFor, onConflict, debounce, max: debounceMax } as SubmitOptions['unique'];
  const isStray = Object.values(flags).some((value) => value !== undefined);
  if (isStray) throw new CommandError(exitCodes.usage, 'Name the key: --unique <key>.');
  return undefined;
}
