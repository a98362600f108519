import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import type { JobFold } from '@jobstream/lifecycle';
import { jobColumns, readJobRow, type SelectedJob } from '../reads/job-row.js';
import { errorGroupOf } from '../error-groups/error-group.js';
import { foldColumns } from './jobs-table.js';

/** No two values are the same. */
const fold: JobFold = {
  id: newJobId(),
  run: 2,
  origin: {
    run: 1,
    rank: 4,
    position: 'origin position',
    type: 'image.thumbnail',
    submittedFor: 'ada',
    traceId: 'f'.repeat(32),
    notify: 'https://receiver.example/',
    flow: '0190163d-8694-739b-aea5-966c26f8ad92',
    parent: '0190163d-8694-739b-aea5-966c26f8ad93',
    createdAt: 10_000,
  },
  request: {
    rank: 5,
    position: 'request position',
    appendedAt: 11_000,
    queue: 'image',
    payload: '{"width":320}',
    priority: 'low',
    maxAttempts: 6,
    orderingKey: 'user-7',
    expiresAt: 12_000,
  },
  outcome: {
    rank: 7,
    position: 'jobs.image.dlq p3 o5',
    appendedAt: 13_000,
    state: 'dead_lettered',
    attempt: 3,
    result: '"result"',
    error: '{"code":"boom","message":"It failed."}',
    progress: '0.5',
    reason: 'exhausted',
    worker: 'worker 1',
    startedAt: 14_000,
    finishedAt: 15_000,
    nextAttemptAt: 16_000,
  },
  starts: ['9000 worker 0'],
  past: ['jobs.image p0 o0 queued 1 1 8000'],
};

/** The row of the fold as Postgres would answer it. */
function rowOf(source: JobFold): Record<string, unknown> {
  return Object.fromEntries(
    foldColumns.map(({ name, kind, of }) => {
      const value = of(source);
      return [name, kind === 'time' && value !== null ? new Date(value) : value] as const;
    }),
  );
}

describe('the table of jobs', () => {
  it('has one column for each field of a fold', () => {
    const { origin, request, outcome, starts, past, ...rest } = fold;
    const fields = [rest, origin, request, outcome].flatMap((part) =>
      Object.values<string | number | null>({ ...part }),
    );
    const literals = [starts, past].map(([entry]) => `{"${entry}"}`);
    const derived = [
      'dead_lettered',
      errorGroupOf('image.thumbnail', { code: 'boom', message: 'It failed.' }),
    ];
    const values = foldColumns.map(({ of }) => of(fold));
    expect(values.sort()).toEqual([...fields, ...literals, ...derived].sort());
    expect(new Set(foldColumns.map(({ name }) => name)).size).toBe(foldColumns.length);
  });

  it('keeps plain jobs out of the index on states', () => {
    const indexedState = (state: JobFold['outcome']['state']) =>
      rowOf({ ...fold, outcome: { ...fold.outcome, state } }).indexed_state;
    expect(['queued', 'succeeded', 'running'].map((state) => indexedState(state as 'queued'))).toEqual([
      null,
      null,
      'running',
    ]);
  });

  it('is read back with every field that people see', () => {
    const row = { ...rowOf(fold), other_starts: 1 } as unknown as SelectedJob;
    const { id, run, origin, request, outcome } = fold;
    expect(readJobRow(row)).toEqual({
      id,
      run,
      type: origin.type,
      submittedFor: origin.submittedFor,
      traceId: origin.traceId,
      notify: origin.notify,
      flow: origin.flow,
      parent: origin.parent,
      createdAt: new Date(origin.createdAt),
      queue: request.queue,
      payload: { width: 320 },
      priority: request.priority,
      maxAttempts: request.maxAttempts,
      orderingKey: request.orderingKey,
      expiresAt: new Date(12_000),
      state: outcome.state,
      attempt: outcome.attempt,
      result: 'result',
      error: { code: 'boom', message: 'It failed.' },
      progress: 0.5,
      reason: outcome.reason,
      worker: outcome.worker,
      startedAt: new Date(14_000),
      finishedAt: new Date(15_000),
      nextAttemptAt: new Date(16_000),
      changedAt: new Date(13_000),
      deliveries: 2,
      place: { topic: 'jobs.image.dlq', partition: 3, offset: 5 },
    });
  });

  it('selects the columns that its rows are read from', () => {
    const asked = new Set<string>();
    const row = new Proxy({ ...rowOf(fold), other_starts: 1 } as unknown as SelectedJob, {
      get: (target, name) => {
        asked.add(String(name));
        return Reflect.get(target, name) as unknown;
      },
    });
    readJobRow(row);
    const selected = jobColumns.replace('coalesce(cardinality(starts), 0) AS ', '').split(/,\s*/);
    expect([...asked].sort()).toEqual(selected.sort());
  });
});
