import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { AcceptedJobs } from './accepted-jobs.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const record = (value: string) => ({ key: '', value, headers: { traceparent } });

describe('the memory of accepted jobs', () => {
  it('answers a remembered job', () => {
    const jobs = new AcceptedJobs();
    const id = newJobId();
    jobs.remember(id, record(JSON.stringify({ id, type: 'probe.run' })), 1_000);
    expect(jobs.find(id)).toEqual({
      request: { id, type: 'probe.run' },
      createdAt: 1_000,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    expect(jobs.find(newJobId())).toBeUndefined();
  });

  it('forgets the oldest jobs to stay within its bytes, and a job that alone is too large', () => {
    const jobs = new AcceptedJobs({ maxBytes: 100_000 });
    const ids = Array.from({ length: 1_000 }, newJobId);
    for (const id of ids) jobs.remember(id, record('{}'), 0);
    expect(jobs.find(ids[0]!)).toBeUndefined();
    expect(jobs.find(ids.at(-1)!)).toBeDefined();
    const large = newJobId();
    jobs.remember(large, record(JSON.stringify('x'.repeat(100_000))), 0);
    expect(jobs.find(large)).toBeUndefined();
    expect(jobs.find(ids.at(-1)!)).toBeDefined();
  });
});
