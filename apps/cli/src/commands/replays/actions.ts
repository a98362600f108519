import { Argument, type Command } from 'commander';
import type { ActionWish, JobstreamClient } from '@jobstream/client';
import {
  actionKinds,
  defaultCancelRate,
  defaultReplayRate,
  type ActionKind,
  type ActionView,
} from '@jobstream/contracts/rest';
import {
  describeAction,
  describeActionProgress,
  describeActionSurvey,
  doneOf,
} from '../../describe-action.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { follow } from '../../follow.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import type { Terminal } from '../../terminal.js';
import { inState, paged, type PagedOptions, type StateOption } from '../paged.js';
import { addBulkOptions, checkWhy, maxUnasked, type BulkOptions } from './bulk-options.js';

const columns: Columns<ActionView> = {
  ID: ({ id }) => id,
  ACTION: ({ action }) => action,
  FILTER: ({ q }) => q,
  CREATED: ({ createdAt }) => createdAt,
  PROGRESS: (view) => describeActionProgress(view, Date.now()),
  WHY: ({ why }) => why,
};

const examples = `
Examples:
  $ npx jobstream actions start cancel 'queue:probe state:queued' --dry-run
  $ npx jobstream actions start replay 'error:download_failed since:2h' --why "the storage is back"`;

/** `jobstream actions ...`: cancels or replays all jobs that meet a filter. */
export function addActionsCommands(program: Command, run: RunCommand): void {
  const actions = program
    .command('actions')
    .description('Cancels or replays all jobs that meet a filter, and shows how far that is.');
  const start = actions
    .command('start')
    .summary('cancel or replay all that meet a filter')
    .description('Cancels all jobs that meet a filter, or runs them again. Counts them first.')
    .addArgument(new Argument('<action>', 'what is done to them').choices(actionKinds))
    .argument('<filter>', 'which jobs, as in jobs list')
    .addHelpText('after', examples);
  addBulkOptions(start, 'action', `${defaultReplayRate} to replay, ${defaultCancelRate} to cancel`).action(
    (action: ActionKind, q: string, options: BulkOptions) =>
      run((client, terminal) => startAction(client, terminal, action, q, options)),
  );
  paged(inState(actions.command('list').description('Lists actions, newest first.'))).action(
    (options: PagedOptions & StateOption) =>
      run(async (client, terminal) => {
        terminal.answerList(await client.actions.list(options), columns, 'No action yet.');
        return exitCodes.ok;
      }),
  );
  actions
    .command('get <id>')
    .description('Shows an action.')
    .action((id: string) => run(async (client, terminal) => show(terminal, await client.actions.read(id))));
  actions
    .command('watch <id>')
    .description('Follows an action to its end.')
    .action((id: string) => run((client, terminal) => watch(client, terminal, id)));
  actions
    .command('cancel <id>')
    .description('Ends an action; what it has changed stays changed.')
    .action((id: string) => run(async (client, terminal) => show(terminal, await client.actions.cancel(id))));
}

async function startAction(
  client: JobstreamClient,
  terminal: Terminal,
  action: ActionKind,
  q: string,
  options: BulkOptions,
): Promise<ExitCode> {
  checkWhy(options, 'action');
  const { patch, rate, cap, all, why, dryRun, yes } = options;
  // JSON leaves out what is undefined.
  const wish: ActionWish = { action, q, patch, rate, cap, only: all ? 'all' : 'failed' };
  const survey = await client.actions.survey(wish);
  const { actionable, complete, failed } = survey;
  if (dryRun) {
    terminal.answer(survey, describeActionSurvey(survey));
    return exitCodes.ok;
  }
  terminal.tell(describeActionSurvey(survey));
  if (complete && actionable === 0) {
    terminal.answer(survey, 'Nothing to do.');
    return failed > 0 ? exitCodes.failure : exitCodes.ok;
  }
  if ((actionable > maxUnasked || !complete) && !yes)
    await terminal.confirm(
      `${actionable} jobs${complete ? '' : ' or more'} will be ${doneOf(action)}. Go on?`,
    );
  const made = await client.actions.create({ ...wish, why });
  terminal.tell(`Action ${made.id} has started.`);
  return options.watch ? watch(client, terminal, made.id) : show(terminal, made);
}

/** Follows an action to its end and writes it out. Ctrl-C ends the watching alone. */
async function watch(client: JobstreamClient, terminal: Terminal, id: string): Promise<ExitCode> {
  const view = await follow(terminal, {
    read: (signal) => client.actions.read(id, { signal }),
    describe: (each) => describeActionProgress(each, Date.now()),
    stillRunning:
      `\nAction ${id} is still running.\n` +
      `  watch it:   npx jobstream actions watch ${id}\n  cancel it:  npx jobstream actions cancel ${id}`,
  });
  show(terminal, view);
  return view.state === 'finished' && view.failed === 0 ? exitCodes.ok : exitCodes.failure;
}

function show(terminal: Terminal, view: ActionView): ExitCode {
  terminal.answer(view, describeAction(view));
  return exitCodes.ok;
}
