import type { Command } from 'commander';
import { ProblemError, type JobstreamClient, type ReplayWish } from '@jobstream/client';
import { defaultReplayRate, type ReplaySource, type ReplaySurvey } from '@jobstream/contracts/rest';
import { describeReplay, describeSurvey } from '../../describe-replay.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { collect, readOffset, readTime } from '../../options.js';
import type { RunCommand } from '../../program.js';
import type { Terminal } from '../../terminal.js';
import { watchReplay } from '../../watch-replay.js';
import { addBulkOptions, checkWhy, maxUnasked, type BulkOptions } from './bulk-options.js';

type Filter = NonNullable<ReplayWish['filter']>;

/** The API checks values: it knows the states and reasons of its version. */
interface ReplayOptions extends BulkOptions {
  readonly queue: string;
  readonly type?: string;
  readonly state?: Filter['state'];
  readonly errorCode?: string;
  readonly reason?: Filter['reason'];
  readonly message?: string;
  readonly olderThan?: string;
  readonly id?: string[];
  readonly from?: string;
  readonly to?: string;
  readonly fromOffset?: ReplayWish['fromOffsets'];
}

/** `jobstream redrive` and `jobstream replay`: the same for two sources. */
export function addReplayCommands(program: Command, run: RunCommand): void {
  addCommand(program, run, 'redrive', 'dead-letters')
    .summary('run dead letters of a queue again')
    .description('Runs dead letters of a queue again. Fix the cause first.')
    .addHelpText(
      'after',
      `
Examples:
  $ npx jobstream redrive --queue image --dry-run
  $ npx jobstream redrive --queue image --error-code download_failed --why "the CDN is back"
  $ npx jobstream redrive --queue image --id 01a20495-2546-7ab4-9119-1338e5675ed4 --why "one to try"
  $ npx jobstream redrive --queue image --patch '[{"op":"remove","path":"/width"}]' --why "bad width" --yes`,
    );
  addCommand(program, run, 'replay', 'history')
    .summary('run a range of history again')
    .description(
      'Runs the failed jobs of a time range again; with --all also those that succeeded or were cancelled.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ npx jobstream replay --queue image --from 2026-01-31T06:00:00Z --to 2026-01-31T09:00:00Z --dry-run
  $ npx jobstream replay --queue report --from 2026-01-31 --all --rate 20 --why "wrong totals"
  $ npx jobstream replay --queue image --from-offset jobs.image/0=1200 --why "since the bad deploy"`,
    );
}

function addCommand(program: Command, run: RunCommand, name: string, source: ReplaySource): Command {
  const command = program
    .command(name)
    .requiredOption('--queue <queue>', 'the queue')
    .option('--type <type>', 'only jobs of this type')
    .option('--state <state>', 'only jobs in this state now, e.g. expired')
    .option('--error-code <code>', 'only jobs that failed with this code')
    .option('--reason <reason>', 'only dead letters with this reason; parked: those that keep failing')
    .option('--message <pattern>', "only jobs with this text in their error's message; * stands for any text")
    .option('--older-than <duration>', 'only jobs recorded at least this long ago: 10m, 2h, 7d')
    .option('--id <id>', 'only this job (may be repeated)', collect)
    .option('--from <time>', "recorded at this time or later (default: the log's start)", readTime)
    .option('--to <time>', 'recorded before this time (default: now)', readTime)
    .option(
      '--from-offset <place>',
      'only this partition, from this offset on: topic/partition=offset (may be repeated)',
      readOffset,
    );
  return addBulkOptions(command, 'replay', String(defaultReplayRate)).action((options: ReplayOptions) =>
    run((client, terminal) => replay(client, terminal, source, options)),
  );
}

async function replay(
  client: JobstreamClient,
  terminal: Terminal,
  source: ReplaySource,
  options: ReplayOptions,
): Promise<ExitCode> {
  const wish = wishOf(source, options);
  checkWhy(options, 'replay');
  const survey = await surveyOf(client, wish);
  if (survey === undefined || options.dryRun) {
    terminal.answer(
      survey ?? { matched: 0, replayable: 0 },
      survey ? describeSurvey(survey) : 'Nothing to replay.',
    );
    return exitCodes.ok;
  }
  terminal.tell(describeSurvey(survey));
  if (survey.complete && survey.replayable === 0) {
    terminal.answer(survey, 'Nothing to replay.');
    return survey.failed > 0 ? exitCodes.failure : exitCodes.ok;
  }
  const isLarge = survey.replayable > maxUnasked || !survey.complete;
  if (isLarge && !options.yes) {
    const many = survey.complete ? `${survey.replayable} jobs` : `${survey.replayable} jobs or more`;
    await terminal.confirm(`Run ${many} of ${options.queue} again?`);
  }
  const made = await client.replays.create({ ...wish, why: options.why });
  terminal.tell(`Replay ${made.id} has started.`);
  if (options.watch) return watchReplay(client, terminal, made.id);
  terminal.answer(made, describeReplay(made));
  return exitCodes.ok;
}

/** The counts of a dry run; undefined when the range holds no record. */
async function surveyOf(client: JobstreamClient, wish: ReplayWish): Promise<ReplaySurvey | undefined> {
  try {
    return await client.replays.survey(wish);
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'nothing_to_replay') return undefined;
    throw error;
  }
}

function wishOf(source: ReplaySource, options: ReplayOptions): ReplayWish {
  const { queue, type, state, errorCode, reason, message, olderThan, id: ids } = options;
  const { from, to, fromOffset: fromOffsets, patch, rate, cap, all } = options;
  // JSON leaves out what is undefined.
  const filter = { type, state, errorCode, reason, message, olderThan, ids };
  return { source, queue, from, to, fromOffsets, filter, patch, rate, cap, only: all ? 'all' : 'failed' };
}
