import { isFinal, type JobError, type JobState, type JobView } from '@jobstream/contracts';
import { deliveriesOf, foldRecord, transitionOf, type JobFold } from '@jobstream/lifecycle';
import type { HistoryItem } from '@jobstream/projection';
import type { SeenRecord } from './job-feed.js';

const order = { scheduled: 0, queued: 1, running: 2, retrying: 3 } as const;

/** How far a state is: an end of `jobs.events` beats a dead letter, which beats what is unfinished (docs/architecture.md). */
function stageOf(state: JobState): number {
  if (!isFinal(state)) return 0;
  return state === 'dead_lettered' ? 1 : 2;
}

function orderOf(state: JobState): number {
  return isFinal(state) ? 0 : order[state];
}

/** Whether the records seen bring the job farther than the view does. */
function isNewer({ run, outcome }: JobFold, view: JobView): boolean {
  if (run !== view.run) return run > view.run;
  const stage = stageOf(outcome.state) - stageOf(view.state);
  if (stage !== 0) return stage > 0;
  if (isFinal(view.state)) return false;
  if (outcome.attempt !== view.attempt) return outcome.attempt > view.attempt;
  return orderOf(outcome.state) >= orderOf(view.state);
}

/** The job as the projection will show it once it has read these records too. */
export function newerView(view: JobView, fold: JobFold | undefined): JobView {
  if (fold === undefined || !isNewer(fold, view)) return view;
  const { outcome, request, run } = fold;
  const sameRun = run === view.run;
  return {
    ...view,
    run,
    ...(!sameRun && {
      payload: parse(request.payload) ?? view.payload,
      priority: request.priority ?? view.priority,
      maxAttempts: request.maxAttempts ?? view.maxAttempts,
    }),
    state: outcome.state,
    attempt: outcome.attempt,
    result: parse(outcome.result),
    error: errorOf(outcome.error),
    progress: parse(outcome.progress),
    reason: outcome.reason,
    deliveries: Math.max(deliveriesOf(fold), sameRun ? view.deliveries : 0),
    startedAt: timeOf(outcome.startedAt),
    finishedAt: timeOf(outcome.finishedAt),
    nextAttemptAt: timeOf(outcome.nextAttemptAt),
  };
}

/** A record as an item of the job's history. */
export function itemOf({ record, at }: SeenRecord): HistoryItem {
  const { outcome, run } = foldRecord(record, at);
  const transition = transitionOf(record, at);
  return {
    at: new Date(at.timestamp),
    state: outcome.state,
    run,
    attempt: outcome.attempt,
    worker: outcome.worker,
    startedAt: dateOf(outcome.startedAt),
    error: parse(outcome.error) as JobError | null,
    nextAttemptAt: dateOf(outcome.nextAttemptAt),
    reason: outcome.reason,
    attempts: transition?.attempts ?? null,
    origin: parse(transition?.origin ?? null) as HistoryItem['origin'],
    topic: at.topic,
    partition: at.partition,
    offset: at.offset,
    superseded: false,
  };
}

function errorOf(text: string | null): JobView['error'] {
  const error = parse(text) as JobError | null;
  return error && { code: error.code, message: error.message };
}

function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function timeOf(ms: number | null): string | null {
  return dateOf(ms)?.toISOString() ?? null;
}
