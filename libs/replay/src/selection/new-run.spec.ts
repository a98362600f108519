import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { decodeRecord, type JobRequest } from '@jobstream/contracts/records';
import { JobTypeBook } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { newRunOf } from './new-run.js';

const shipped = JobTypeBook.of(jobDefinitions);
const id = newJobId();
const createdAt = Date.parse('2026-01-31T06:00:00.000Z');
const request: JobRequest = {
  v: 1,
  id,
  type: 'daily-stats',
  queue: 'maintenance',
  payload: { old: true },
  priority: 'high',
  maxAttempts: 4,
  submittedFor: 'ada',
};
const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;

/** The record of the run after this one. */
function make(more: Partial<JobRequest> = {}) {
  const candidate = { id, run: 2, createdAt, traceparent, request: { ...request, ...more } };
  const made = newRunOf(candidate, { fresh: true }, createdAt + 7_200_000, shipped);
  return { made, read: decodeRecord(Buffer.from(made.request.value), made.request.headers) };
}

describe('the next run of a job', () => {
  it('is the same job, claimed, with all its attempts', () => {
    const { made, read } = make();
    expect(made).toMatchObject({ id, run: 3, request: { key: id, queue: 'maintenance' } });
    expect(read).toEqual({
      run: 3,
      attempt: 1,
      phase: 'queued',
      createdAt,
      claimed: true,
      traceparent,
      value: { ...request, payload: { fresh: true }, priority: 'low' },
    });
  });

  it('takes the low lane only when the queue has one and no key orders the job', () => {
    expect(make().made.request.priority).toBe('low');
    expect(make({ queue: 'report' }).made.request.priority).toBe('normal');
    expect(make({ orderingKey: 'ada' }).made.request).toMatchObject({ priority: 'normal', key: 'ada' });
  });

  it('has as much time to start as the first run had', () => {
    const { read } = make({ expiresAt: new Date(createdAt + 60_000).toISOString() });
    expect(read).toMatchObject({ value: { expiresAt: '2026-01-31T08:01:00.000Z' } });
  });
});
