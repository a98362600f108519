import { Option, type Command } from 'commander';
import {
  ProblemError,
  type CountOptions,
  type JobstreamClient,
  type ListOptions,
  type RunOptions,
} from '@jobstream/client';
import { jobStates, type JobState } from '@jobstream/contracts';
import type {
  CountsView,
  JobDetail,
  JobPage,
  JobView,
  ListedJob,
  PayloadPatch,
} from '@jobstream/contracts/rest';
import { CommandError } from '../../command-error.js';
import { describeExplanation } from '../../describe-explanation.js';
import {
  describeEnd,
  describeEvent,
  describeJob,
  describeJobAt,
  jobColumns,
  runColumns,
  transitionColumns,
} from '../../describe-job.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { readDate, readDuration, readJson } from '../../options.js';
import type { RunCommand } from '../../program.js';
import type { Terminal } from '../../terminal.js';
import { exitCodeOfJob, watchJob } from '../../watch-job.js';
import { paged, type PagedOptions } from '../paged.js';
import { addLogsCommand } from './logs.js';
import { addThroughputCommand } from './throughput.js';

/** Jobs of one request at most. */
const maxPage = 500;

/** Runs of one request at most. */
const maxRunPage = 50;

/** `jobstream jobs ...`: shows jobs, waits for them, and runs them again. */
export function addJobsCommands(program: Command, run: RunCommand): void {
  const jobs = program.command('jobs').description('Shows jobs, waits for them, and runs them again.');
  addLists(jobs, run);
  addReads(jobs, run);
  addRuns(jobs, run);
  addWaits(jobs, run);
  addLogsCommand(jobs, run);
  addThroughputCommand(jobs, run);
  jobs
    .command('replay <id>')
    .description('Runs a job again, however it ended.')
    .option('--patch <json>', 'JSON Patch (RFC 6902) of its payload, or @file', readJson)
    .option('--why <text>', 'the reason; stays with the replay')
    .action((id: string, options: { patch?: PayloadPatch; why?: string }) =>
      run(async (client, terminal) => {
        const job = await client.replay(id, options);
        terminal.answer(job, `Run ${job.run} of ${job.id} is in its queue.`);
        return exitCodes.ok;
      }),
    );
}

function addLists(jobs: Command, run: RunCommand): void {
  paged(
    jobs
      .command('list')
      .description('Lists jobs, the newest first: those that meet every condition.')
      .option('-q, --q <filter>', 'a filter: state:dead_lettered,expired -queue:probe type:image.* since:2h')
      .option('--type <type>', 'of this job type')
      .option('--queue <queue>', 'in this queue')
      .addOption(new Option('--state <state>', 'in this state').choices(jobStates))
      .option('--submitted-for <whom>', 'submitted for them')
      .option('--since <time>', 'created at this time or later', readDate)
      .option('--until <time>', 'created before this time', readDate)
      .option('--at <time>', 'as they were at this time', readDate)
      .option('--payload', 'with payloads and results, as --json shows them'),
  ).action((options: ListOptions & PagedOptions) =>
    run(async (client, terminal) => {
      terminal.answerList(await readJobs(client, options), jobColumns, 'No such job.');
      return exitCodes.ok;
    }),
  );
  jobs
    .command('count')
    .description('Counts jobs by type and state, now or at a time.')
    .option('--at <time>', 'as it was at this time', readDate)
    .option('--since <time>', 'those created at this time or later', readDate)
    .option('--until <time>', 'those created before this time', readDate)
    .action((options: CountOptions) =>
      run(async (client, terminal) => {
        showCounts(terminal, await client.count(options));
        return exitCodes.ok;
      }),
    );
}

function addReads(jobs: Command, run: RunCommand): void {
  jobs
    .command('get <id>')
    .description('Shows a job, and why it waits.')
    .option(
      '--wait <duration>',
      'wait until it is final, so long at most: 30s; a minute at most',
      readDuration,
    )
    .option('--at <time>', 'as it was at this time', readDate)
    .action((id: string, { wait, at }: { wait?: number; at?: Date }) =>
      run(async (client, terminal) => {
        if (at !== undefined) {
          const then = await client.readAt(id, at);
          terminal.answer(then, describeJobAt(then));
          return exitCodes.ok;
        }
        const job = await readStarted(client, id, wait);
        terminal.answer(job, describeJob(job));
        return exitCodes.ok;
      }),
    );
  jobs
    .command('explain <id>')
    .description('Says why a job is where it is, what holds it, and what to do.')
    .action((id: string) =>
      run(async (client, terminal) => {
        const explanation = await client.explain(id);
        terminal.answer(explanation, describeExplanation(explanation));
        return exitCodes.ok;
      }),
    );
  jobs
    .command('history <id>')
    .description('Shows every transition of a job, in the order of its life.')
    .action((id: string) =>
      run(async (client, terminal) => {
        terminal.answerList({ items: await client.readHistory(id) }, transitionColumns, 'Nothing yet.');
        return exitCodes.ok;
      }),
    );
}

function addRuns(jobs: Command, run: RunCommand): void {
  paged(
    jobs
      .command('runs <id>')
      .description('Lists the runs of a job, the newest first: why each began, and how it ended.')
      .option('--payload', 'with payloads and results, as --json shows them'),
  ).action((id: string, options: RunOptions & PagedOptions) =>
    run(async (client, terminal) => {
      const limit = Math.min(options.limit, maxRunPage);
      terminal.answerList(await client.listRuns(id, { ...options, limit }), runColumns, 'No run yet.');
      return exitCodes.ok;
    }),
  );
}

function addWaits(jobs: Command, run: RunCommand): void {
  jobs
    .command('watch <id>')
    .description('Follows a job to its end. With --json each event is a line.')
    .action((id: string) => run((client, terminal) => watch(client, terminal, id)));
  jobs
    .command('result <id>')
    .description('Prints the result of a job as JSON.')
    .option('--wait [duration]', 'wait for its end, so long at most', readDuration)
    .action((id: string, { wait }: { wait?: true | number }) =>
      run((client, terminal) => showResult(client, terminal, id, wait)),
    );
}

/** A job. @throws CommandError with what it waits for, for one of a flow that has not started */
async function readStarted(client: JobstreamClient, id: string, heldMs?: number): Promise<JobDetail> {
  try {
    return await client.read(id, { heldMs });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'job_not_started') throw error;
    const explanation = await client.explain(id);
    throw new CommandError(
      exitCodes.notFound,
      `Job ${id} has not started.\n${describeExplanation(explanation)}`,
      { cause: error },
    );
  }
}

/** So many jobs as are wanted, where there are: a page may hold fewer, even none. */
async function readJobs(
  client: JobstreamClient,
  { limit, ...wish }: ListOptions & PagedOptions,
): Promise<JobPage> {
  const items: ListedJob[] = [];
  let next: string | null | undefined = wish.cursor;
  let indexed: JobPage['indexed'] = null;
  do {
    const page: JobPage = await client.listPage({
      ...wish,
      cursor: next,
      limit: Math.min(limit - items.length, maxPage),
    });
    items.push(...page.items);
    ({ next, indexed } = page);
  } while (next !== null && items.length < limit);
  return { items, next, scannedTo: items.length < limit ? next : null, indexed };
}

function showCounts(terminal: Terminal, counts: CountsView): void {
  const byType = new Map<string, Partial<Record<JobState, number>>>();
  for (const { type, state, count } of counts.items)
    byType.set(type, { ...byType.get(type), [state]: (byType.get(type)?.[state] ?? 0) + count });
  const rows = [...byType, ['all', counts.states] as const];
  const columns = jobStates.map((state) => [
    state.toUpperCase(),
    ([, count]: (typeof rows)[number]) => count[state] ?? 0,
  ]);
  if (terminal.json) terminal.answer(counts, '');
  else
    terminal.answerList(
      { items: rows },
      { TYPE: ([type]) => type, ...(Object.fromEntries(columns) as Record<string, never>) },
      '',
    );
}

async function watch(client: JobstreamClient, terminal: Terminal, id: string): Promise<ExitCode> {
  const job = await watchJob(client, terminal, id, {
    show: (event) => terminal.answer(event, describeEvent(event)),
  });
  terminal.answer({ kind: 'end', job }, describeEnd(job));
  return exitCodeOfJob(job);
}

async function showResult(
  client: JobstreamClient,
  terminal: Terminal,
  id: string,
  wait: true | number | undefined,
): Promise<ExitCode> {
  const job: JobView =
    wait === undefined
      ? await client.read(id)
      : await watchJob(client, terminal, id, {
          waitMs: wait === true ? undefined : wait,
          show: (event) => terminal.progress(describeEvent(event)),
        });
  if (job.state === 'succeeded') {
    terminal.answer(job.result, JSON.stringify(job.result, null, 2));
    return exitCodes.ok;
  }
  const why = job.error === null ? '' : `: ${job.error.code}: ${job.error.message}`;
  const advice = job.finishedAt === null ? ' Add --wait to wait for its end.' : '';
  throw new CommandError(exitCodes.failure, `Job ${id} has no result, it is ${job.state}${why}.${advice}`);
}
