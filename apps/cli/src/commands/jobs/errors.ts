import { Option, type Command } from 'commander';
import type { ErrorGroupMark } from '@jobstream/client';
import type { ErrorGroup, ErrorGroupDetail } from '@jobstream/contracts/rest';
import { exitCodes } from '../../exit-codes.js';
import { readDate } from '../../options.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import { paged, type PagedOptions } from '../paged.js';

const columns: Columns<ErrorGroup> = {
  ID: ({ id }) => id,
  TYPE: ({ type }) => type,
  CODE: ({ code }) => code,
  COUNT: ({ count }) => count,
  DEAD: ({ deadLetters }) => deadLetters,
  LAST: ({ lastAt }) => lastAt,
  MUTED: (group) => describeMute(group),
  MESSAGE: ({ message, note }) => (note === null ? message : `${message} (${note})`),
};

interface ErrorListOptions extends PagedOptions {
  readonly type?: string;
  readonly queue?: string;
  readonly muted?: boolean;
  readonly deadLetters?: boolean;
  readonly since?: Date;
}

/** `jobstream errors ...`: failures that are alike. */
export function addErrorsCommands(program: Command, run: RunCommand): void {
  const errors = program
    .command('errors')
    .description('Shows failures that are alike as groups, mutes them and takes notes of them.');
  paged(errors.command('list'))
    .description('Lists groups of errors, those that failed last first.')
    .option('--type <type>', 'whose latest failure was of this type')
    .option('--queue <queue>', 'whose latest failure was in this queue')
    .addOption(new Option('--muted', 'only muted ones'))
    .addOption(new Option('--no-muted', 'only those that are not muted'))
    .addOption(new Option('--dead-letters', 'only those of which jobs are dead letters now'))
    .addOption(new Option('--no-dead-letters', 'only those of which none is'))
    .option('--since <time>', 'whose latest failure was at this time or later', readDate)
    .action((options: ErrorListOptions) =>
      run(async (client, terminal) => {
        terminal.answerList(await client.errors.list(options), columns, 'No error.');
        return exitCodes.ok;
      }),
    );
  errors
    .command('get <group>')
    .description('Shows a group of errors, with the stack of its latest failure.')
    .action((id: string) =>
      run(async (client, terminal) => {
        const group = await client.errors.read(id);
        terminal.answer(group, describeGroup(group));
        return exitCodes.ok;
      }),
    );
  addMarks(errors, run);
}

function addMarks(errors: Command, run: RunCommand): void {
  const mark = (id: string, wish: ErrorGroupMark) =>
    run(async (client, terminal) => {
      const group = await client.errors.mark(id, wish);
      terminal.answer(group, describeGroup(group));
      return exitCodes.ok;
    });
  errors
    .command('mute <group>')
    .description('Hides a group from the overview of the console. It is counted on.')
    .option('--until <time>', 'until this time', readDate)
    .option('--note <text>', 'why')
    .action((id: string, { until, note }: { until?: Date; note?: string }) =>
      mark(id, { muted: until ?? true, ...(note !== undefined && { note }) }),
    );
  errors
    .command('unmute <group>')
    .description('Shows a group again.')
    .action((id: string) => mark(id, { muted: false }));
  errors
    .command('note <group> [text]')
    .description('Takes a note of a group; without a text it takes the note away.')
    .action((id: string, text: string | undefined) => mark(id, { note: text ?? null }));
}

function describeMute({ muted, mutedUntil }: ErrorGroup): string {
  if (!muted) return 'no';
  return mutedUntil === null ? 'MUTED' : `MUTED until ${mutedUntil}`;
}

function describeGroup(group: ErrorGroupDetail): string {
  return [
    `group         ${group.id}`,
    `type          ${group.type} (queue ${group.queue})`,
    `error         ${group.code}: ${group.message}`,
    `failures      ${group.count}, from ${group.firstAt} to ${group.lastAt}`,
    `dead letters  ${group.deadLetters ?? '-'}`,
    `latest job    ${group.jobId}`,
    `muted         ${describeMute(group)}`,
    ...(group.note === null ? [] : [`note          ${group.note}`]),
    ...(group.stack === null ? [] : ['', group.stack]),
  ].join('\n');
}
