import type { Command } from 'commander';
import { rateSchema, type QueueLimits } from '@jobstream/contracts';
import type { LaneView, LimitsUsage, QueueView } from '@jobstream/contracts/rest';
import { InvalidArgumentError } from 'commander';
import { CommandError } from '../../command-error.js';
import { exitCodes } from '../../exit-codes.js';
import { readCount } from '../../options.js';
import type { RunCommand } from '../../program.js';
import { describeTable, type Columns } from '../../table.js';
import { inOneLine } from '../../visible-text.js';

const columns: Columns<QueueView> = {
  QUEUE: ({ queue }) => queue,
  LAG: ({ lag }) => lag,
  RUNNING: ({ running }) => running,
  RETRYING: ({ retrying }) => retrying,
  SCHEDULED: ({ scheduled }) => scheduled,
  DEAD: ({ deadLetters }) => deadLetters,
  WORKERS: ({ workers }) => workers,
  OLDEST: ({ oldestWaitingSeconds: seconds }) => (seconds === null ? null : `${seconds} s`),
  STATE: ({ paused, limits }) => describeState(paused, limits),
};

const laneColumns: Columns<LaneView> = {
  LANE: ({ lane }) => lane,
  LAG: ({ lag }) => lag,
  TOPIC: ({ topic }) => topic,
  PARTITIONS: ({ partitions }) =>
    partitions.map(({ partition, committed, end }) => `${partition}: ${committed}/${end}`).join('  '),
};

const runningColumns: Columns<LimitsUsage['running'][number]> = {
  JOB: ({ id }) => id,
  TYPE: ({ type }) => type,
  KEY: ({ key }) => key,
  WORKER: ({ worker }) => worker,
  SINCE: ({ startedAt }) => startedAt,
};

interface LimitOptions {
  readonly rate?: string;
  readonly concurrency?: number;
  readonly key?: string;
  readonly keyRate?: string;
  readonly keyConcurrency?: number;
  readonly none?: boolean;
}

/** `jobstream queues ...`, `pause`, `resume` and `limits ...`. */
export function addQueueCommands(program: Command, run: RunCommand): void {
  addQueues(program, run);
  addPauses(program, run);
  addLimits(program, run);
}

function addQueues(program: Command, run: RunCommand): void {
  const queues = program.command('queues').description('Shows queues: what waits, runs and works there.');
  queues
    .command('list')
    .description('Lists all queues, by name.')
    .action(() =>
      run(async (client, terminal) => {
        terminal.answerList(await client.queues.list(), columns, 'No queue yet: start a worker.');
        return exitCodes.ok;
      }),
    );
  queues
    .command('get <queue>')
    .description('Shows a queue with its lanes, and how far its workers have come in each.')
    .action((queue: string) =>
      run(async (client, terminal) => {
        const view = await client.queues.read(queue);
        terminal.answer(view, describeQueue(view));
        return exitCodes.ok;
      }),
    );
}

function addPauses(program: Command, run: RunCommand): void {
  program
    .command('pause <queue>')
    .description('Tells the workers of a queue to start no job. Running jobs finish.')
    .action((queue: string) =>
      run(async (client, terminal) => {
        const order = await client.queues.pause(queue);
        terminal.answer(order, `${queue} is paused. Resume it: npx jobstream resume ${queue}`);
        return exitCodes.ok;
      }),
    );
  program
    .command('resume <queue>')
    .description('Resumes a paused queue.')
    .action((queue: string) =>
      run(async (client, terminal) => {
        const order = await client.queues.resume(queue);
        terminal.answer(order, `${queue} is resumed.`);
        return exitCodes.ok;
      }),
    );
}

function addLimits(program: Command, run: RunCommand): void {
  const limits = program
    .command('limits')
    .description('Shows and changes how many jobs of a queue may start or run, all workers together.');
  limits
    .command('get <queue>')
    .description('Shows the limits of a queue.')
    .action((queue: string) =>
      run(async (client, terminal) => {
        const { limits: found } = await client.queues.read(queue);
        terminal.answer({ queue, limits: found }, describeLimits(found));
        return exitCodes.ok;
      }),
    );
  limits
    .command('usage <queue>')
    .description(
      'Shows who uses up the limits of a queue: permits, the jobs that hold them, the busiest keys.',
    )
    .action((queue: string) =>
      run(async (client, terminal) => {
        const usage = await client.queues.readLimitsUsage(queue);
        terminal.answer(usage, describeUsage(usage));
        return exitCodes.ok;
      }),
    );
  limits
    .command('set <queue>')
    .description('Replaces all limits of a queue, those of its definition too.')
    .option('--rate <rate>', 'starts in a time: 50/s, 100/m, 5/h', readRate)
    .option('--concurrency <n>', 'attempts that run at the same time', readCount)
    .option('--key <field>', 'the field of the payload whose values are limited each on its own')
    .option('--key-rate <rate>', 'starts in a time for one value of that field', readRate)
    .option('--key-concurrency <n>', 'attempts at the same time for one value of that field', readCount)
    .option('--none', 'remove every limit')
    .action((queue: string, options: LimitOptions) =>
      run(async (client, terminal) => {
        const order = await client.queues.limit(queue, limitsOf(options));
        terminal.answer(order, describeLimits(order.limits));
        return exitCodes.ok;
      }),
    );
  limits
    .command('clear <queue>')
    .description("Removes what `limits set` has ordered: the limits of the queue's definition hold again.")
    .action((queue: string) =>
      run(async (client, terminal) => {
        const order = await client.queues.clearLimits(queue);
        terminal.answer(order, describeLimits(order.limits));
        return exitCodes.ok;
      }),
    );
}

/** @throws CommandError when nothing is said, or the limits of a key without its field */
function limitsOf({ none, key, keyRate, keyConcurrency, ...limits }: LimitOptions): QueueLimits {
  const isEmpty = [limits.rate, limits.concurrency, key, keyRate, keyConcurrency].every(
    (each) => each === undefined,
  );
  if (isEmpty !== (none === true))
    throw new CommandError(exitCodes.usage, 'Give a limit, or --none to remove every limit.');
  if (key === undefined && (keyRate ?? keyConcurrency) !== undefined)
    throw new CommandError(exitCodes.usage, 'Say with --key which field of the payload is the key.');
  const perKey = key === undefined ? undefined : { field: key, rate: keyRate, concurrency: keyConcurrency };
  return { ...limits, perKey };
}

function readRate(text: string): string {
  const { error } = rateSchema.safeParse(text);
  if (error) throw new InvalidArgumentError(error.issues[0]!.message);
  return text;
}

function describeQueue(view: QueueView): string {
  const { queue, lag, lanes, workers, running, retrying, scheduled, deadLetters, oldestWaitingSeconds } =
    view;
  return [
    `queue         ${queue}${view.paused ? '  PAUSED' : ''}`,
    `limits        ${describeLimits(view.limits)}`,
    `workers       ${workers}`,
    `lag           ${lag}${oldestWaitingSeconds === null ? '' : `, the oldest waits for ${oldestWaitingSeconds} s`}`,
    `running       ${running ?? 'unknown'}`,
    `retrying      ${retrying ?? 'unknown'}`,
    `scheduled     ${scheduled ?? 'unknown'}`,
    `dead letters  ${deadLetters}`,
    '',
    describeTable(lanes, laneColumns, undefined),
  ].join('\n');
}

function describeUsage({ limits, concurrency, rate, keyConcurrency, keyRate, running }: LimitsUsage): string {
  const lines = [
    `limits       ${describeLimits(limits)}`,
    concurrency && `permits      ${concurrency.inUse} of ${concurrency.max} in use`,
    rate && `next start   ${rate.nextStartAt ?? 'now'} (${rate.rate})`,
    ...(keyConcurrency?.busiest ?? []).map(
      ({ key, inUse }) => `key          ${inOneLine(key)}: ${inUse} of ${keyConcurrency!.max} in use`,
    ),
    ...(keyRate?.longest ?? []).map(
      ({ key, nextStartAt }) => `key          ${inOneLine(key)}: starts at ${nextStartAt} (${keyRate!.rate})`,
    ),
  ];
  const table = running.length === 0 ? 'No job runs.' : describeTable(running, runningColumns, undefined);
  return [...lines.filter((line) => line !== null), '', table].join('\n');
}

function describeState(paused: boolean, limits: QueueLimits): string {
  const limited = Object.keys(limits).length > 0 ? `limited to ${describeLimits(limits)}` : '';
  return [paused ? 'PAUSED' : '', limited].filter((each) => each !== '').join(', ');
}

function describeLimits({ perKey, ...own }: QueueLimits): string {
  const parts = [describeLimit(own), perKey && `${describeLimit(perKey)} for each ${perKey.field}`];
  return parts.filter((part) => part).join(', ') || 'none';
}

function describeLimit({ rate, concurrency }: Pick<QueueLimits, 'rate' | 'concurrency'>): string {
  return [rate, concurrency === undefined ? undefined : `${concurrency} at once`]
    .filter((part) => part !== undefined)
    .join(', ');
}
