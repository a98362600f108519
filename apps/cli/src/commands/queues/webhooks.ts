import { Option, type Command } from 'commander';
import type { JobstreamClient } from '@jobstream/client';
import { finalStates, jobStates, type FinalState, type JobState } from '@jobstream/contracts';
import type { DeliveryView, WebhookPatchInput, WebhookView } from '@jobstream/contracts/rest';
import { exitCodes } from '../../exit-codes.js';
import { readDurationText } from '../../options.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import { paged, type PagedOptions } from '../paged.js';

const columns: Columns<WebhookView> = {
  ID: ({ id }) => id,
  HEARS: (webhook) => describeConditions(webhook),
  STATE: (webhook) => describeState(webhook),
  URL: ({ url }) => url,
};

const deliveryColumns: Columns<DeliveryView> = {
  ID: ({ id }) => id,
  EVENT: ({ event }) => event,
  JOB: ({ job }) => job,
  STATE: ({ state }) => state,
  ATTEMPT: ({ attempt }) => attempt,
  NEXT: ({ nextAttemptAt }) => nextAttemptAt,
  ANSWER: ({ status, error }) => error?.message ?? status,
};

/** The conditions of a webhook in options. */
interface ConditionOptions {
  readonly type?: string[];
  readonly state?: FinalState[];
  readonly submittedFor?: string;
  readonly progress?: true;
}

/** `jobstream webhooks ...`: URLs that hear of the ends of jobs. */
export function addWebhooksCommands(program: Command, run: RunCommand): void {
  const webhooks = program.command('webhooks').description('Has URLs hear of the ends of jobs.');
  addReadingCommands(webhooks, run);
  addDefiningCommands(webhooks, run);
  addOrders(webhooks, run);
}

function addReadingCommands(webhooks: Command, run: RunCommand): void {
  webhooks
    .command('list')
    .description('Lists all webhooks, newest first.')
    .action(() =>
      run(async (client, terminal) => {
        terminal.answerList(await client.webhooks.list(), columns, 'No webhook.');
        return exitCodes.ok;
      }),
    );
  answersWebhook(
    webhooks
      .command('get <webhook>')
      .description('Shows a webhook; notify is the one for URLs of submissions.'),
    run,
    (client, id) => client.webhooks.read(id),
  );
  paged(
    webhooks
      .command('deliveries <webhook>')
      .description('Lists what was and is to be sent to a webhook.')
      .addOption(new Option('--state <state>', 'in this state').choices(jobStates)),
  ).action((id: string, options: PagedOptions & { state?: JobState }) =>
    run(async (client, terminal) => {
      terminal.answerList(await client.webhooks.listDeliveries(id, options), deliveryColumns, 'No delivery.');
      return exitCodes.ok;
    }),
  );
}

function addDefiningCommands(webhooks: Command, run: RunCommand): void {
  withConditions(webhooks.command('create <url>'))
    .description('Has a URL hear of the ends of jobs. Its secret is shown this once.')
    .action((url: string, { type: types, state: states, ...others }: ConditionOptions) =>
      run(async (client, terminal) => {
        const made = await client.webhooks.create({ url, types, states, ...others });
        terminal.answer(made, `${describeWebhook(made)}\nsecret    ${made.secret}`);
        return exitCodes.ok;
      }),
    );
  withConditions(webhooks.command('change <webhook>'))
    .description('Changes the URL or the conditions of a webhook.')
    .option('--url <url>', 'send to this URL')
    .option('--all', 'take all conditions away before')
    .action((id: string, options: ConditionOptions & { url?: string; all?: true }) =>
      run(async (client, terminal) => {
        const changed = await client.webhooks.patch(id, patchOf(options));
        terminal.answer(changed, describeWebhook(changed));
        return exitCodes.ok;
      }),
    );
  webhooks
    .command('delete <webhook>')
    .description('Deletes a webhook. Deliveries that wait are not sent.')
    .option('-y, --yes', 'do not ask')
    .action((id: string, { yes }: { yes?: boolean }) =>
      run(async (client, terminal) => {
        if (!yes) await terminal.confirm(`Delete webhook ${id}?`);
        await client.webhooks.delete(id);
        terminal.answer({ id }, `${id} is deleted.`);
        return exitCodes.ok;
      }),
    );
}

function addOrders(webhooks: Command, run: RunCommand): void {
  answersWebhook(
    webhooks
      .command('pause <webhook>')
      .description('Sends nothing to a webhook. Its deliveries wait, for a day at most.'),
    run,
    (client, id) => client.webhooks.pause(id),
  );
  answersWebhook(
    webhooks.command('resume <webhook>').description('Sends again, whether it was paused or switched off.'),
    run,
    (client, id) => client.webhooks.resume(id),
  );
  webhooks
    .command('ping <webhook>')
    .description('Sends a test event once, and says what became of it.')
    .action((id: string) =>
      run(async (client, terminal) => {
        const pinged = await client.webhooks.ping(id);
        const { delivered, status, why } = pinged;
        terminal.answer(pinged, delivered ? `delivered: ${status}` : `not delivered: ${why}`);
        return delivered ? exitCodes.ok : exitCodes.failure;
      }),
    );
  webhooks
    .command('rotate <webhook>')
    .description('Replaces the secret and shows the new one; both are valid for a while.')
    .option(
      '--valid-for <duration>',
      'how long the old one is valid too; a day if not given',
      readDurationText,
    )
    .action((id: string, options: { validFor?: string }) =>
      run(async (client, terminal) => {
        const rotated = await client.webhooks.rotate(id, options);
        terminal.answer(rotated, rotated.secret);
        return exitCodes.ok;
      }),
    );
}

/** Has a command answer with the webhook that a call gives. */
function answersWebhook(
  command: Command,
  run: RunCommand,
  call: (client: JobstreamClient, id: string) => Promise<WebhookView>,
): void {
  command.action((id: string) =>
    run(async (client, terminal) => {
      const webhook = await call(client, id);
      terminal.answer(webhook, describeWebhook(webhook));
      return exitCodes.ok;
    }),
  );
}

function withConditions(command: Command): Command {
  return command
    .option('--type <types...>', 'only jobs of these types')
    .addOption(new Option('--state <states...>', 'only these ends').choices(finalStates))
    .option('--submitted-for <whom>', 'only jobs submitted for them')
    .option('--progress', 'progress too');
}

function patchOf({
  url,
  all,
  type,
  state,
  submittedFor,
  progress,
}: ConditionOptions & { url?: string; all?: true }): WebhookPatchInput {
  const without = all ? { types: null, states: null, submittedFor: null, progress: false } : {};
  return {
    ...without,
    ...(url !== undefined && { url }),
    ...(type && { types: type }),
    ...(state && { states: state }),
    ...(submittedFor !== undefined && { submittedFor }),
    ...(progress && { progress }),
  };
}

function describeWebhook(webhook: WebhookView): string {
  return [
    `webhook   ${webhook.id}`,
    `url       ${webhook.url ?? 'those of submissions'}`,
    `hears of  ${describeConditions(webhook)}`,
    `state     ${describeState(webhook)}`,
  ].join('\n');
}

function describeConditions({ types, states, submittedFor, progress }: WebhookView): string {
  return [
    types === null ? 'all types' : types.join(', '),
    states === null ? 'all ends' : states.join(', '),
    ...(submittedFor === null ? [] : [`for ${submittedFor}`]),
    ...(progress ? ['progress'] : []),
  ].join('; ');
}

function describeState({ pausedAt, failingSince, switchedOffAt }: WebhookView): string {
  if (switchedOffAt !== null) return `SWITCHED OFF at ${switchedOffAt}`;
  if (pausedAt !== null) return `PAUSED since ${pausedAt}`;
  return failingSince === null ? 'works' : `FAILING since ${failingSince}`;
}
