import type { Command } from 'commander';
import type { ReplaySource, ReplaySurvey, ReplayView } from '@jobstream/contracts/rest';
import type { Api } from '../api.js';
import { CommandError } from '../command-error.js';
import { describeReplay, describeSurvey } from '../describe-replay.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { collect, readCount, readJson, readOffset, readTime } from '../options.js';
import type { RunCommand } from '../program.js';
import type { Terminal } from '../terminal.js';
import { watchReplay } from '../watch-replay.js';

/** More jobs than this are not run again without a question. */
const mostUnasked = 100;

interface ReplayOptions {
  readonly queue: string;
  readonly type?: string;
  readonly state?: string;
  readonly errorCode?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly olderThan?: string;
  readonly id?: string[];
  readonly from?: string;
  readonly to?: string;
  readonly fromOffset?: object[];
  readonly patch?: unknown;
  readonly rate?: number;
  readonly cap?: number;
  readonly all?: boolean;
  readonly why?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly watch: boolean;
}

/** `jobstream redrive` and `jobstream replay`: the same for two sources. */
export function addReplayCommands(program: Command, run: RunCommand): void {
  addCommand(program, run, 'redrive', 'dead-letters')
    .summary('run dead letters of a queue again')
    .description('Runs dead letters of a queue again, once what made them fail is fixed.')
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
      'Runs jobs of a time again: those that failed, with --all also those that succeeded or were cancelled.',
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
  return program
    .command(name)
    .requiredOption('--queue <name>', 'the queue')
    .option('--type <type>', 'only jobs of this type')
    .option('--state <state>', 'only jobs that stand so now, e.g. expired')
    .option('--error-code <code>', 'only jobs that failed with this code')
    .option('--reason <reason>', 'only dead letters of this reason; parked names those that keep failing')
    .option('--message <pattern>', "only jobs whose error's message has this text; * stands for any")
    .option('--older-than <duration>', 'only what was recorded so long ago: 10m, 2h, 7d')
    .option('--id <id>', 'only this job (may be repeated)', collect)
    .option('--from <time>', "recorded at this time or later (default: the log's start)", readTime)
    .option('--to <time>', 'recorded before this time (default: now)', readTime)
    .option(
      '--from-offset <place>',
      'this partition alone, from there on: topic/partition=offset (may be repeated)',
      readOffset,
    )
    .option('--patch <json>', 'JSON Patch (RFC 6902) of each payload, or @file', readJson)
    .option('--rate <n>', 'jobs a second at most (default: 100)', readCount)
    .option('--cap <n>', 'jobs at most', readCount)
    .option('--all', 'also jobs that succeeded or were cancelled')
    .option('--why <text>', 'why; stays with the replay')
    .option('--dry-run', 'count and change nothing')
    .option('-y, --yes', `do not ask, however many they are (asked for more than ${mostUnasked})`)
    .option('--no-watch', 'do not wait for the end')
    .action((options: ReplayOptions) => run((api, terminal) => replay(api, terminal, source, options)));
}

async function replay(
  api: Api,
  terminal: Terminal,
  source: ReplaySource,
  options: ReplayOptions,
): Promise<ExitCode> {
  const request = requestOf(source, options);
  if (!options.dryRun && options.why === undefined)
    throw new CommandError(
      exitCodes.usage,
      'Say why with --why "...": it stays with the replay. Or --dry-run.',
    );
  const survey = await surveyOf(api, request);
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
  const isLarge = survey.replayable > mostUnasked || !survey.complete;
  if (isLarge && !options.yes) {
    const many = survey.complete ? `${survey.replayable} jobs` : `${survey.replayable} jobs or more`;
    await terminal.confirm(`Run ${many} of ${options.queue} again?`);
  }
  const made = await api.post<ReplayView>('/v1/replays', { ...request, why: options.why });
  terminal.tell(`Replay ${made.id} is under way.`);
  if (options.watch) return watchReplay(api, terminal, made.id);
  terminal.answer(made, describeReplay(made));
  return exitCodes.ok;
}

/** What the replay would do; undefined where no record lies in the range. */
async function surveyOf(api: Api, request: object): Promise<ReplaySurvey | undefined> {
  try {
    return await api.post<ReplaySurvey>('/v1/replays', { ...request, dryRun: true });
  } catch (error) {
    if (error instanceof CommandError && error.code === 'nothing_to_replay') return undefined;
    throw error;
  }
}

function requestOf(source: ReplaySource, options: ReplayOptions): object {
  const { queue, type, state, errorCode, reason, message, olderThan, id: ids } = options;
  const { from, to, fromOffset: fromOffsets, patch, rate, cap, all } = options;
  // JSON leaves out what is undefined.
  const filter = { type, state, errorCode, reason, message, olderThan, ids };
  return { source, queue, from, to, fromOffsets, filter, patch, rate, cap, only: all ? 'all' : 'failed' };
}
