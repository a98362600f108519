import type { JobEvent } from '@jobstream/client';
import type {
  JobAtView,
  JobDetail,
  JobLogLine,
  JobView,
  ListedJob,
  RunView,
  TransitionView,
} from '@jobstream/contracts/rest';
import type { Columns } from './table.js';

/** Jobs in a table. */
export const jobColumns: Columns<ListedJob> = {
  ID: ({ id }) => id,
  TYPE: ({ type }) => type,
  STATE: ({ state }) => state,
  ATTEMPT: ({ attempt, maxAttempts }) => (maxAttempts === null ? attempt : `${attempt}/${maxAttempts}`),
  CREATED: ({ createdAt }) => createdAt,
  ERROR: ({ error }) => (error === null ? '' : `${error.code}: ${error.message}`),
};

/** Transitions in a table. */
export const transitionColumns: Columns<TransitionView> = {
  TIME: ({ time }) => time,
  RUN: ({ run }) => run,
  ATTEMPT: ({ attempt }) => attempt,
  STATE: ({ state, superseded }) => (superseded ? `${state} (superseded)` : state),
  WHY: ({ reason, error }) =>
    error === null ? (reason ?? '') : `${reason ?? ''} ${error.code}: ${error.message}`.trim(),
};

/** Runs in a table; payload and result where they were asked for. */
export const runColumns: Columns<RunView> = {
  RUN: ({ run }) => run,
  STATE: ({ state }) => state,
  CAUSE: ({ cause: { kind, replay } }) => (replay === null ? kind : `${kind} ${replay}`),
  ACCEPTED: ({ acceptedAt }) => acceptedAt,
  STARTED: ({ startedAt }) => startedAt,
  FINISHED: ({ finishedAt }) => finishedAt,
  ATTEMPTS: ({ attempts }) => attempts,
  WHY: ({ cause: { why } }) => why ?? '',
  ERROR: ({ error }) => (error === null ? '' : `${error.code}: ${error.message}`),
};

/** A job as it is, in lines. */
export function describeJob({ waitingFor, cancelRequested, ...job }: JobDetail): string {
  const [id, type, state, ...rest] = describeFields(job);
  return [
    id,
    type,
    state,
    ...(cancelRequested ? ['cancel    was asked for'] : []),
    ...(waitingFor === null ? [] : [`waits     ${waitingFor.text}`]),
    ...rest,
    ...(job.error?.stack ? ['', job.error.stack] : []),
  ].join('\n');
}

/** A job as it was at a time, in lines. */
export function describeJobAt({ at, since, ...job }: JobAtView): string {
  return [`at        ${at}`, `since     ${since}`, ...describeFields(job)].join('\n');
}

/** The end of a job, in lines. */
export function describeEnd(job: JobView): string {
  return describeFields(job).join('\n');
}

function describeFields(job: Omit<JobView, 'progress'> & { readonly progress?: unknown }): string[] {
  const { id, type, queue, state, reason, run, attempt, maxAttempts, createdAt, nextAttemptAt } = job;
  const { finishedAt, submittedFor, orderingKey, notify, payload, progress, error, result } = job;
  return [
    `id        ${id}`,
    `type      ${type}  queue ${queue}`,
    `state     ${state}${reason === null ? '' : ` (${reason})`}`,
    `run       ${run}, attempt ${attempt}${maxAttempts === null ? '' : ` of ${maxAttempts}`}`,
    `created   ${createdAt}`,
    ...(nextAttemptAt === null ? [] : [`next      ${nextAttemptAt}`]),
    ...(finishedAt === null ? [] : [`finished  ${finishedAt}`]),
    ...(submittedFor === null ? [] : [`for       ${submittedFor}`]),
    ...(orderingKey === null ? [] : [`key       ${orderingKey}`]),
    ...(notify === null ? [] : [`notify    ${notify}`]),
    `payload   ${JSON.stringify(payload)}`,
    ...(progress === null || progress === undefined ? [] : [`progress  ${JSON.stringify(progress)}`]),
    ...(error === null ? [] : [`error     ${error.code}: ${error.message}`]),
    ...(state === 'succeeded' ? [`result    ${JSON.stringify(result)}`] : []),
  ];
}

/** A line that its handler has logged. */
export function describeLine({ time, level, message, fields }: JobLogLine): string {
  const beside = fields === null ? '' : `  ${JSON.stringify(fields)}`;
  return `${time}  ${level.padEnd(5)}  ${message}${beside}`;
}

/** What happens to a job before its end, in one line; what its handler logs, in as many as there are. */
export function describeEvent(event: Exclude<JobEvent, { kind: 'end' }>): string {
  if (event.kind === 'logs') return event.lines.map(describeLine).join('\n');
  if (event.kind === 'progress') return `progress ${JSON.stringify(event.progress)}`;
  const { time, run, attempt, state, error } = event.transition;
  const why = error === null ? '' : `  ${error.code}: ${error.message}`;
  return `${time}  run ${run}  attempt ${attempt}  ${state}${why}`;
}
