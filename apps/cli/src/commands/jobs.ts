import type { Command } from 'commander';
import type { AcceptedJob, DeadLetterPage, JobDetail, JobHistory } from '@jobstream/contracts/rest';
import { exitCodes } from '../exit-codes.js';
import { readJson } from '../options.js';
import type { RunCommand } from '../program.js';
import { describeNext, paged, queryOf } from './replays.js';

const pathOf = (id: string) => `/v1/jobs/${encodeURIComponent(id)}`;

/** `jobstream jobs ...` and `jobstream dead-letters`: single jobs, and what was set aside. */
export function addJobsCommands(program: Command, run: RunCommand): void {
  const jobs = program.command('jobs').description('Looks at single jobs, and runs them again.');
  jobs
    .command('get <id>')
    .description('Shows a job.')
    .option('--wait <duration>', 'until it is final, so long at most: 30s')
    .option('--history', 'its transitions instead')
    .action((id: string, { wait, history }: { wait?: string; history?: boolean }) =>
      run(async (api, terminal) => {
        if (history) {
          const found = await api.get<JobHistory>(`${pathOf(id)}/history`);
          terminal.answer(found, describeHistory(found));
          return exitCodes.ok;
        }
        const query = wait === undefined ? '' : `?wait=${encodeURIComponent(wait)}`;
        const job = await api.get<JobDetail>(`${pathOf(id)}${query}`);
        terminal.answer(job, describeJob(job));
        return exitCodes.ok;
      }),
    );
  jobs
    .command('replay <id>')
    .description('Runs a job again, whatever became of it.')
    .option('--patch <json>', 'JSON Patch (RFC 6902) of its payload, or @file', readJson)
    .option('--why <text>', 'why; stays with the replay')
    .action((id: string, options: { patch?: unknown; why?: string }) =>
      run(async (api, terminal) => {
        const job = await api.post<AcceptedJob>(`${pathOf(id)}/replay`, options);
        terminal.answer(job, `Run ${job.run} of ${job.id} is in its queue.`);
        return exitCodes.ok;
      }),
    );
  paged(
    program
      .command('dead-letters <queue>')
      .description('Lists what the workers of a queue set aside, newest first.'),
  ).action((queue: string, options: { limit: number; cursor?: string }) =>
    run(async (api, terminal) => {
      const path = `/v1/queues/${encodeURIComponent(queue)}/dead-letters`;
      const page = await api.get<DeadLetterPage>(`${path}${queryOf(options)}`);
      const lines = page.items.map(describeDeadLetter);
      terminal.answer(page, (lines.join('\n') || 'No dead letters here.') + describeNext(page.next));
      return exitCodes.ok;
    }),
  );
}

function describeJob({ id, type, state, run, attempt, maxAttempts, ...job }: JobDetail): string {
  const lines = [
    `id        ${id}`,
    `type      ${type}`,
    `state     ${state}${job.reason === null ? '' : ` (${job.reason})`}`,
    `run       ${run}, attempt ${attempt}${maxAttempts === null ? '' : ` of ${maxAttempts}`}`,
    `created   ${job.createdAt}`,
    ...(job.finishedAt === null ? [] : [`finished  ${job.finishedAt}`]),
    ...(job.waitingFor === null ? [] : [`waits     ${job.waitingFor.text}`]),
    `payload   ${JSON.stringify(job.payload)}`,
  ];
  if (job.error !== null) lines.push(`error     ${job.error.code}: ${job.error.message}`);
  if (state === 'succeeded') lines.push(`result    ${JSON.stringify(job.result)}`);
  return lines.join('\n');
}

function describeHistory({ items }: JobHistory): string {
  return items
    .map(({ time, run, attempt, state, reason, error, superseded }) => {
      const why = error === null ? '' : `  ${reason ?? ''} ${error.code}: ${error.message}`;
      return `${time}  run ${run}  attempt ${attempt}  ${state}${superseded ? ' (superseded)' : ''}${why}`;
    })
    .join('\n');
}

function describeDeadLetter({ time, reason, error, job, origin }: DeadLetterPage['items'][number]): string {
  const where = `${origin.topic}/${origin.partition}/${origin.offset}`;
  const what =
    job === null
      ? `no job in it, can't be redriven; from ${where}`
      : `${job.id}  ${job.type}  run ${job.run}${job.state === null ? '' : `, now run ${job.currentRun} ${job.state}`}`;
  return `${time}  ${reason}  ${what}  ${error.code}: ${error.message}`;
}
