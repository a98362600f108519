import { isFinal } from '@jobstream/contracts';
import type { JobError } from '@jobstream/contracts/records';
import {
  linksOf,
  type ErrorView,
  type JobAtView,
  type JobHistory,
  type JobView,
  type ListedJob,
  type TransitionView,
} from '@jobstream/contracts/rest';
import type { RememberedJob } from '@jobstream/intake';
import type { HistoryItem, JobAt, JobRow } from '@jobstream/projection';

/** A projected job as REST shows it. */
export function viewOfRow(row: JobRow): JobView {
  return {
    id: row.id,
    type: row.type,
    queue: row.queue,
    state: row.state,
    priority: row.priority,
    payload: row.payload,
    result: row.result,
    error: viewOfError(row.error),
    reason: row.reason,
    progress: row.progress,
    run: row.run,
    attempt: row.attempt,
    maxAttempts: row.maxAttempts,
    deliveries: row.deliveries,
    submittedFor: row.submittedFor,
    traceId: row.traceId,
    orderingKey: row.orderingKey,
    notify: row.notify,
    flow: row.flow,
    parent: row.parent,
    createdAt: row.createdAt.toISOString(),
    startedAt: timeOf(row.startedAt),
    finishedAt: timeOf(row.finishedAt),
    nextAttemptAt: timeOf(row.nextAttemptAt),
    expiresAt: timeOf(row.expiresAt),
    links: linksOf(row.id),
  };
}

/** A projected job as REST shows it at a time: by the last transition until then that counts. */
export function viewOfJobAt({ now, deliveries }: JobAt, step: HistoryItem, at: Date): JobAtView {
  const { progress: _, ...view } = viewOfRow(now);
  const { topic, partition, offset } = step;
  const sameRun = step.run === now.run;
  const sameRecord =
    now.place.topic === topic && now.place.partition === partition && now.place.offset === offset;
  return {
    ...view,
    ...(sameRun ? {} : requestUnknown),
    state: step.state,
    result: sameRecord ? now.result : null,
    error: viewOfError(step.error),
    reason: step.reason,
    run: step.run,
    attempt: step.attempt,
    deliveries,
    startedAt: timeOf(step.startedAt),
    finishedAt: timeOf(sameRecord ? now.finishedAt : isFinal(step.state) ? step.at : null),
    nextAttemptAt: timeOf(step.nextAttemptAt),
    at: at.toISOString(),
    since: step.at.toISOString(),
    record: { topic, partition, offset },
  };
}

/** A job as a list shows it: without payload and result, unless they are asked for. */
export function listedView(view: JobView, withPayload: boolean): ListedJob {
  if (withPayload) return view;
  const { payload: _, result: __, ...listed } = view;
  return listed;
}

/** A job as a list shows it at a time; undefined for one that was not there yet. */
export function listedAt(job: JobAt, at: Date, withPayload: boolean): ListedJob | undefined {
  if (job.step === undefined) return undefined;
  const { at: _, since: __, record: ___, ...view } = viewOfJobAt(job, job.step, at);
  return listedView({ ...view, progress: null }, withPayload);
}

const requestUnknown = {
  payload: null,
  priority: null,
  maxAttempts: null,
  orderingKey: null,
  expiresAt: null,
};

/** A job that this process has accepted and the projection does not have yet. */
export function viewOfRemembered({ request, createdAt, traceId, notify }: RememberedJob): JobView {
  return {
    id: request.id,
    type: request.type,
    queue: request.queue,
    state: 'runAt' in request ? 'scheduled' : 'queued',
    priority: request.priority,
    payload: request.payload,
    result: null,
    error: null,
    reason: null,
    progress: null,
    run: 1,
    attempt: 1,
    maxAttempts: request.maxAttempts,
    deliveries: 0,
    submittedFor: request.submittedFor ?? null,
    traceId,
    orderingKey: request.orderingKey ?? null,
    notify: notify ?? null,
    // Only workers and the scheduler send such jobs, and they remember none.
    flow: null,
    parent: null,
    createdAt: new Date(createdAt).toISOString(),
    startedAt: null,
    finishedAt: null,
    nextAttemptAt: 'runAt' in request ? request.runAt : null,
    expiresAt: request.expiresAt ?? null,
    links: linksOf(request.id),
  };
}

/** A job's transitions as REST shows them. */
export function viewOfHistory(items: readonly HistoryItem[]): JobHistory {
  return { items: items.map(viewOfTransition) };
}

/** One transition as REST shows it. */
export function viewOfTransition(item: HistoryItem): TransitionView {
  return {
    time: item.at.toISOString(),
    state: item.state,
    run: item.run,
    attempt: item.attempt,
    worker: item.worker,
    startedAt: timeOf(item.startedAt),
    error: viewOfError(item.error),
    nextAttemptAt: timeOf(item.nextAttemptAt),
    reason: item.reason,
    attempts: item.attempts,
    origin: item.origin,
    topic: item.topic,
    partition: item.partition,
    offset: item.offset,
    superseded: item.superseded,
  };
}

function viewOfError(error: JobError | null): ErrorView | null {
  return error && { code: error.code, message: error.message };
}

function timeOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
