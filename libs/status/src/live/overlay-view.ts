import type { JobError } from '@jobstream/contracts/records';
import type { JobView } from '@jobstream/contracts/rest';
import {
  deliveriesOf,
  foldRecord,
  goesFarther,
  parsePosition,
  transitionOf,
  type JobFold,
} from '@jobstream/lifecycle';
import type { HistoryItem } from '@jobstream/projection';
import { standingOfJob, type FoundJob } from '../reads/found-job.js';
import type { SeenRecord } from './job-feed.js';

/** The job as the projection will show it once it has read these records; the same object when they add nothing. */
export function withRecords(job: FoundJob, fold: JobFold): FoundJob {
  const { outcome, request, run } = fold;
  const { view } = job;
  const place = parsePosition(outcome.position);
  const standing = { run, attempt: outcome.attempt, state: outcome.state, ...place };
  if (!goesFarther(standing, standingOfJob(job))) return job;
  const sameRun = run === view.run;
  return {
    place,
    view: {
      ...view,
      run,
      ...((!sameRun || view.maxAttempts === null) && requestOf(request, view)),
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
    },
  };
}

/** The request of the run, as far as its records have it. */
function requestOf(request: JobFold['request'], view: JobView): Partial<JobView> {
  return {
    payload: parse(request.payload) ?? view.payload,
    priority: request.priority ?? view.priority,
    maxAttempts: request.maxAttempts ?? view.maxAttempts,
    orderingKey: request.orderingKey ?? view.orderingKey,
    expiresAt: timeOf(request.expiresAt) ?? view.expiresAt,
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
