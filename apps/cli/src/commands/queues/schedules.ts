import { Option, type Command } from 'commander';
import type { JobstreamClient, ScheduleWish } from '@jobstream/client';
import { priorities } from '@jobstream/contracts';
import {
  misfirePolicies,
  overlapPolicies,
  type ScheduledJob,
  type ScheduleFiring,
  type ScheduleList,
  type SchedulePreview,
  type ScheduleTiming,
  type ScheduleView,
} from '@jobstream/contracts/rest';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { readDurationText } from '../../options.js';
import { readPayload } from '../../payload.js';
import type { RunCommand } from '../../program.js';
import { describeTable, type Columns } from '../../table.js';
import type { Terminal } from '../../terminal.js';

const columns: Columns<ScheduleList['items'][number]> = {
  NAME: ({ name }) => name,
  FIRES: (schedule) => describeTiming(schedule),
  TYPE: ({ job }) => job.type,
  LAST: ({ lastFireAt }) => lastFireAt,
  NEXT: ({ paused, nextFireAt }) => (paused ? 'PAUSED' : nextFireAt),
};

const previewColumns: Columns<SchedulePreview['times'][number]> = {
  TIME: ({ at }) => at,
  LOCAL: ({ local }) => local,
  CLOCK: ({ effect }) => effect ?? '',
};

const firingColumns: Columns<ScheduleFiring> = {
  TIME: ({ fireAt }) => fireAt,
  STATE: ({ state }) => state,
  JOB: ({ jobId }) => jobId,
  WHY: ({ detail }) => detail ?? '',
};

interface PutOptions extends Omit<ScheduleWish, 'job'>, Pick<ScheduledJob, 'priority' | 'submittedFor'> {}

const examples = `
Examples:
  $ npx jobstream schedules put nightly daily-stats --cron '0 3 * * *' --time-zone Europe/Berlin
  $ npx jobstream schedules put checks health-check '{}' --every 5m --overlap skip`;

/** `jobstream schedules ...`: jobs that are made at set times. */
export function addSchedulesCommands(program: Command, run: RunCommand): void {
  const schedules = program.command('schedules').description('Shows and changes what is made at set times.');
  addLooking(schedules, run);
  addPreview(schedules, run);
  addChanging(schedules, run);
}

function addLooking(schedules: Command, run: RunCommand): void {
  schedules
    .command('list')
    .description('Lists all schedules, by name.')
    .action(() =>
      run(async (client, terminal) => {
        terminal.answerList(await client.schedules.list(), columns, 'No schedule yet.');
        return exitCodes.ok;
      }),
    );
  schedules
    .command('get <schedule>')
    .description('Shows a schedule, its next five times, and its last ten decisions.')
    .action((name: string) =>
      run(async (client, terminal) => {
        const schedule = await client.schedules.read(name);
        terminal.answer(schedule, describeSchedule(schedule));
        return exitCodes.ok;
      }),
    );
}

function addPreview(schedules: Command, run: RunCommand): void {
  schedules
    .command('preview')
    .description('Shows when a schedule would fire, and what changes of the clock do to it. Changes nothing.')
    .option('--cron <fields>', 'five fields, or six with the seconds first')
    .option('--time-zone <zone>', 'the time zone of --cron (default: UTC)')
    .option('--every <duration>', 'instead of --cron: equal steps, counted from 1970', readDurationText)
    .action((timing: ScheduleTiming) =>
      run(async (client, terminal) => {
        const preview = await client.schedules.preview(timing);
        terminal.answer(preview, describePreview(preview));
        return exitCodes.ok;
      }),
    );
}

function addChanging(schedules: Command, run: RunCommand): void {
  schedules
    .command('put <schedule> <type> [payload]')
    .description(
      'Creates a schedule or replaces a whole one. The payload is JSON, @file, or - for the standard input.',
    )
    .option('--cron <fields>', 'five fields, or six with the seconds first')
    .option('--time-zone <zone>', 'the time zone of --cron (default: UTC)')
    .option('--every <duration>', 'instead of --cron: equal steps, counted from 1970', readDurationText)
    .addOption(new Option('--misfire <policy>', 'for times that were missed').choices(misfirePolicies))
    .addOption(new Option('--overlap <policy>', 'while its last job is unfinished').choices(overlapPolicies))
    .option('--paused', 'do not fire it yet')
    .addOption(new Option('--priority <priority>', 'of its jobs').choices(priorities))
    .option('--submitted-for <whom>', 'whom its jobs are for')
    .addHelpText('after', examples)
    .action((name: string, type: string, payload: string | undefined, options: PutOptions) =>
      run(async (client, terminal) => {
        const { priority, submittedFor, ...wish } = options;
        const job = { type, payload: await readPayload(terminal, payload), priority, submittedFor };
        const schedule = await client.schedules.put(name, { ...wish, job });
        terminal.answer(schedule, describeSchedule(schedule));
        return exitCodes.ok;
      }),
    );
  for (const [verb, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const)
    schedules
      .command(`${verb} <schedule>`)
      .description(
        paused ? 'Fires a schedule no more until it is resumed.' : 'Fires a paused schedule again.',
      )
      .action((name: string) => run((client, terminal) => setPaused(client, terminal, name, paused)));
  schedules
    .command('fire <schedule>')
    .description('Fires a schedule now, paused or not, and prints the id of its job.')
    .action((name: string) =>
      run(async (client, terminal) => {
        const job = await client.schedules.fire(name);
        terminal.answer(job, job.id);
        return exitCodes.ok;
      }),
    );
  schedules
    .command('delete <schedule>')
    .description('Deletes a schedule. Jobs that it has fired still run.')
    .option('-y, --yes', 'do not ask')
    .action((name: string, { yes }: { yes?: boolean }) =>
      run(async (client, terminal) => {
        if (!yes) await terminal.confirm(`Delete schedule ${name}?`);
        await client.schedules.delete(name);
        terminal.answer({ name }, `${name} is deleted.`);
        return exitCodes.ok;
      }),
    );
}

/** A schedule is put as a whole: a change that somebody makes between the two calls is undone. */
async function setPaused(
  client: JobstreamClient,
  terminal: Terminal,
  name: string,
  paused: boolean,
): Promise<ExitCode> {
  const { cron, timeZone, every, misfire, overlap, job } = await client.schedules.read(name);
  const timing = { cron: cron ?? undefined, timeZone: timeZone ?? undefined, every: every ?? undefined };
  const schedule = await client.schedules.put(name, { ...timing, misfire, overlap, paused, job });
  terminal.answer(schedule, describeSchedule(schedule));
  return exitCodes.ok;
}

function describeTiming({
  cron,
  timeZone,
  every,
}: Pick<ScheduleView, 'cron' | 'timeZone' | 'every'>): string {
  return cron === null ? `every ${every}` : `${cron} (${timeZone ?? 'UTC'})`;
}

function describeSchedule(schedule: ScheduleView): string {
  const { name, job, misfire, overlap, paused, origin, nextFireTimes, firings } = schedule;
  return [
    `name     ${name}${paused ? '  PAUSED' : ''}`,
    `fires    ${describeTiming(schedule)}`,
    `job      ${job.type}${job.priority === undefined ? '' : `, ${job.priority}`}`,
    `payload  ${JSON.stringify(job.payload)}`,
    `misfire  ${misfire}`,
    `overlap  ${overlap}`,
    `origin   ${origin}`,
    ...nextFireTimes.map((time, at) => `${at === 0 ? 'next' : '    '}     ${time}`),
    ...(firings.length === 0 ? [] : ['', describeTable(firings, firingColumns, undefined)]),
  ].join('\n');
}

function describePreview({ times, clockChanges }: SchedulePreview): string {
  const table = describeTable(times, previewColumns, undefined);
  return [
    table,
    ...(clockChanges.length === 0 ? [] : ['', ...clockChanges.map(({ detail }) => detail)]),
  ].join('\n');
}
