import type { Command } from 'commander';
import type { DeadLetterPage, JobDetail, PayloadPatch, TransitionView } from '@jobstream/contracts/rest';
import { exitCodes } from '../exit-codes.js';
import { readDuration, readJson } from '../options.js';
import type { RunCommand } from '../program.js';
import { describeNext, paged, type PagedOptions } from './replays.js';

/** `jobstream jobs ...` and `jobstream dead-letters`. */
export function addJobsCommands(program: Command, run: RunCommand): void {
  const jobs = program.command('jobs').description('Shows single jobs, and runs them again.');
  jobs
    .command('get <id>')
    .description('Shows a job.')
    .option('--wait <duration>', 'wait until it is final, so long at most: 30s', readDuration)
    .option('--history', 'its transitions instead')
    .action((id: string, { wait, history }: { wait?: number; history?: boolean }) =>
      run(async (client, terminal) => {
        if (history) {
          const items = await client.readHistory(id);
          terminal.answer({ items }, describeHistory(items));
          return exitCodes.ok;
        }
        const job = await client.read(id, { heldMs: wait });
        terminal.answer(job, describeJob(job));
        return exitCodes.ok;
      }),
    );
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
  paged(
    program
      .command('dead-letters <queue>')
      .description('Lists the jobs that the workers of a queue dead-lettered, newest first.'),
  ).action((queue: string, options: PagedOptions) =>
    run(async (client, terminal) => {
      const page = await client.listDeadLetters(queue, options);
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

function describeHistory(items: readonly TransitionView[]): string {
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
