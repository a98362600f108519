import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { decodeCancel, encodeCancel, type Cancel, type JobRequest } from '@jobstream/contracts/records';
import { CancelBook } from '@jobstream/orders';
import { LazyAbort } from './lazy-abort.js';
import { Cancellations } from './cancellations.js';
import { RunningAttempts } from './running-attempts.js';
import type { StartableJob } from '../admission/startable-job.js';

const jobOf = (id: string, run: number): StartableJob => {
  const request: JobRequest = {
    v: 1,
    id,
    type: 'print.page',
    queue: 'print',
    payload: {},
    priority: 'normal',
    maxAttempts: 1,
  };
  return { request, run, attempt: 1, createdAt: 0 };
};
/** A cancel as a reader of its topic has it. */
const cancelOf = (id: string, run: number) => {
  const { value } = encodeCancel({ v: 1, id, run, queue: 'print', at: new Date().toISOString() });
  return decodeCancel(Buffer.from(value)) as Cancel;
};

describe('a cancel', () => {
  it.each([
    ['the job', (id: string) => id.toUpperCase(), (id: string) => id],
    ['the cancel', (id: string) => id, (id: string) => id.toUpperCase()],
  ])('reaches a job whatever the case of the id in %s', (_, asJob, asCancel) => {
    const id = newJobId();
    const [book, job, cancel] = [new CancelBook(), jobOf(asJob(id), 1), cancelOf(asCancel(id), 1)];
    const running = new RunningAttempts();
    const cancellations = new Cancellations(book, running);
    const lazyAbort = new LazyAbort();
    running.began({ job, lazyAbort, isHere: true });
    cancellations.abort(cancel);
    expect(lazyAbort.hasHappened).toBe(true);
    book.add(cancel);
    expect(cancellations.has(job)).toBe(true);
  });

  it('stops its run and earlier runs, but no later one', () => {
    const id = newJobId();
    const running = new RunningAttempts();
    const cancellations = new Cancellations(new CancelBook(), running);
    const stopped = [1, 2, 3].map((run) => {
      const lazyAbort = new LazyAbort();
      const end = running.began({ job: jobOf(id, run), lazyAbort, isHere: true });
      cancellations.abort(cancelOf(id, 2));
      end();
      return lazyAbort.hasHappened;
    });
    expect(stopped).toEqual([true, true, false]);
  });
});
