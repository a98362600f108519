import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { jobHistorySchema, jobViewSchema } from '@jobstream/contracts/rest';
import type { JobRow } from '@jobstream/projection';
import { viewOfHistory, viewOfRemembered, viewOfRow } from './job-view.js';

const id = newJobId();
const at = new Date('2026-01-02T03:04:05.678Z');
const error = { code: 'boom', message: 'It broke.', stack: 'at /srv/worker/secret.js:1' };
const row: JobRow = {
  id,
  type: 'probe.run',
  queue: 'probe',
  state: 'dead_lettered',
  priority: 'normal',
  payload: { sleepMs: 0 },
  result: null,
  error,
  progress: null,
  run: 1,
  attempt: 4,
  maxAttempts: 4,
  deliveries: 5,
  submittedFor: 'ada',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  orderingKey: null,
  notify: 'https://receiver.example/',
  flow: '0190163d-8694-739b-aea5-966c26f8ad92',
  parent: null,
  reason: 'exhausted',
  worker: 'host-1',
  createdAt: at,
  startedAt: at,
  finishedAt: at,
  nextAttemptAt: null,
  expiresAt: null,
  changedAt: at,
  place: { topic: 'jobs.probe.dlq', partition: 0, offset: 1 },
};

describe('a job as REST shows it', () => {
  it('fits the contract, without the stack of its error', () => {
    const view = viewOfRow(row);
    expect(jobViewSchema.parse(view)).toEqual(view);
    expect(view.error).toEqual({ code: 'boom', message: 'It broke.' });
    expect(view).not.toHaveProperty('worker');
  });

  it('has the same fields while it is only remembered', () => {
    const request = {
      v: 1 as const,
      id,
      type: 'probe.run',
      queue: 'probe',
      payload: { sleepMs: 0 },
      priority: 'normal' as const,
      maxAttempts: 4,
    };
    const view = viewOfRemembered({ request, createdAt: at.getTime(), traceId: row.traceId });
    expect(jobViewSchema.parse(view)).toEqual(view);
    expect(Object.keys(view)).toEqual(Object.keys(viewOfRow(row)));
    expect(view).toMatchObject({ state: 'queued', run: 1, attempt: 1, createdAt: at.toISOString() });
  });

  it('has its transitions, without stacks', () => {
    const history = viewOfHistory([
      {
        at,
        state: 'dead_lettered',
        run: 1,
        attempt: 4,
        worker: 'host-1',
        startedAt: at,
        error,
        nextAttemptAt: null,
        reason: 'exhausted',
        attempts: 4,
        origin: { topic: 'jobs.probe', partition: 0, offset: 7, at: at.toISOString() },
        topic: 'jobs.probe.dlq',
        partition: 0,
        offset: 1,
        superseded: false,
      },
    ]);
    expect(jobHistorySchema.parse(history)).toEqual(history);
    expect(JSON.stringify(history)).not.toContain('secret.js');
  });
});
