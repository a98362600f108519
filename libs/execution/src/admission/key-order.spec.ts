import { describe, expect, it } from '@jest/globals';
import { NonRetryableError, RetryAfterError, defineJob, newJobId } from '@jobstream/contracts';
import { decodeRecord } from '@jobstream/contracts/records';
import fc from 'fast-check';
import { MemoryClaims } from '../claims/memory-claims.fixture-spec.js';
import { page, workerWith } from '../worker/page-worker.fixture-spec.js';
import { openWorker, turn, type TestWorker } from '../worker/worker.fixture-spec.js';

describe('jobs of one key', () => {
  const ordered = (worker: TestWorker, n: number, key = 'k', used = 0) =>
    worker.deliver({ orderingKey: key, payload: { n } }, { used });
  const later = () => new Promise((resolve) => setTimeout(resolve, 30));
  const wake = async (worker: TestWorker) => {
    worker.worker.accept([]);
    await turn();
  };

  it('run one after another, while jobs of other keys run beside them', async () => {
    const calls: { n: number; end: () => void }[] = [];
    const worker = workerWith(({ n }) => new Promise((resolve) => calls.push({ n, end: () => resolve(n) })));
    worker.worker.accept([
      ordered(worker, 1),
      ordered(worker, 2),
      ordered(worker, 3),
      ordered(worker, 4, 'else'),
    ]);
    await turn();
    expect(calls.map(({ n }) => n)).toEqual([1, 4]);
    calls[0]!.end();
    await turn();
    expect(calls.map(({ n }) => n)).toEqual([1, 4, 2]);
  });

  it('wait until the outcome of the job before is acknowledged', async () => {
    const runs: number[] = [];
    const worker = workerWith(({ n }) => runs.push(n));
    let acknowledge = (): void => undefined;
    worker.answer = () => new Promise((resolve) => (acknowledge = resolve));
    worker.worker.accept([ordered(worker, 1), ordered(worker, 2)]);
    await turn();
    expect(runs).toEqual([1]);
    acknowledge();
    await turn();
    expect(runs).toEqual([1, 2]);
  });

  it('wait while one is retried in place by its ladder, and other keys use its slot', async () => {
    const runs: string[] = [];
    let failures = 2;
    const worker = workerWith(
      ({ n }) => {
        runs.push(String(n));
        if (n === 1 && failures-- > 0) throw new Error('no');
        return n;
      },
      { slots: 1 },
    );
    const [first, second, other] = [ordered(worker, 1), ordered(worker, 2), ordered(worker, 3, 'else')];
    worker.worker.accept([first, second, other]);
    await turn();
    expect(runs).toEqual(['1', '3']);
    expect(worker.worker.load()).toMatchObject({ running: 0, unsettled: 0, notDue: 1 });
    worker.clock.time += 999;
    await later();
    expect(runs).toEqual(['1', '3']);
    worker.clock.time += 1_000;
    await wake(worker);
    worker.clock.time += 1_000;
    await wake(worker);
    expect(runs).toEqual(['1', '3', '1', '1', '2']);
    expect(first.calls).toEqual(['begin', 'used 1', 'used 2', 'done']);
    const retries = worker.sent.filter(({ headers }) => headers['js-phase'] === 'retrying');
    expect(retries.map(({ topic, headers }) => [topic, headers['js-attempt']])).toEqual([
      ['jobs.events', '1'],
      ['jobs.events', '2'],
    ]);
    expect(retries.every(({ key }) => key !== 'k')).toBe(true);
    const [retry] = retries.map(({ value, headers }) => decodeRecord(Buffer.from(value!), headers));
    expect(retry).toMatchObject({ value: { dueAt: new Date(worker.clock.time - 1_999).toISOString() } });
  });

  it('continue after one is dead-lettered', async () => {
    const runs: number[] = [];
    const worker = workerWith(({ n }) => {
      runs.push(n);
      throw new NonRetryableError('never');
    });
    worker.worker.accept([ordered(worker, 1), ordered(worker, 2)]);
    await turn();
    expect(runs).toEqual([1, 2]);
    expect(worker.phases()).toEqual(['dead_lettered', 'dead_lettered']);
  });

  it('continue after a crash with the next attempt, after the whole delay', async () => {
    const worker = workerWith(() => {
      throw new Error('no');
    });
    const delivery = ordered(worker, 1, 'k', 2);
    worker.worker.accept([delivery, ordered(worker, 2)]);
    await turn();
    expect(worker.sent).toEqual([]);
    worker.clock.time += 1_000;
    await wake(worker);
    expect(worker.phases()[0]).toBe('dead_lettered');
    expect(worker.sent[0]!.headers['js-attempt']).toBe('3');
    expect(delivery.calls).toEqual(['begin', 'done']);
  });

  it('wait in place for the delay their handler asked for, 15 minutes in all', async () => {
    const worker = workerWith(() => {
      throw new RetryAfterError('8m');
    });
    const first = ordered(worker, 1);
    worker.worker.accept([first]);
    await turn();
    worker.clock.time += 480_000 - 1;
    await wake(worker);
    expect(worker.phases()).toEqual(['retrying']);
    worker.clock.time += 1;
    await wake(worker);
    expect(worker.phases()).toEqual(['retrying', 'dead_lettered']);
    expect(first.calls).toEqual(['begin', 'used 1', 'done']);
  });

  it('never go beyond their last attempt, whatever a commit says', async () => {
    const worker = workerWith(() => {
      throw new Error('no');
    });
    worker.worker.accept([ordered(worker, 1, 'k', 2 ** 50)]);
    await turn();
    worker.clock.time += 1_000;
    await wake(worker);
    expect(worker.sent[0]!.headers['js-attempt']).toBe('3');
  });

  it('end their waits in place when the worker stops or the partition is lost', async () => {
    for (const stop of [true, false]) {
      const worker = workerWith(() => {
        throw new Error('no');
      });
      const [first, second] = [ordered(worker, 1), ordered(worker, 2)];
      worker.worker.accept([first, second]);
      await turn();
      if (stop) worker.drain();
      else worker.lose(first, second);
      await turn();
      expect(first.calls).toEqual(['begin', 'used 1', 'abandon']);
      expect(second.calls).toEqual([]);
    }
  });

  it.each(['the partition is lost', 'the worker drains'])('end all their waits when %s', async (what) => {
    const worker = workerWith(({ n }) => n, { slots: 1, maxUnsettled: 1 });
    worker.answer = () => new Promise(() => undefined);
    const deliveries = Array.from({ length: 5_000 }, (_, n) => ordered(worker, n));
    worker.worker.accept(deliveries);
    for (let turns = 0; turns < 30; turns++) await turn();
    if (what === 'the partition is lost') worker.lose(...deliveries);
    else worker.drain();
    await turn();
    expect(worker.worker.load()).toMatchObject({ running: 0, unsettled: 1, waiting: { normal: 0 } });
    expect(deliveries.slice(1).flatMap(({ calls }) => calls)).toEqual([]);
    expect(worker.failures).toEqual([]);
  });

  it('keep their order when the partition is lost and comes back while one runs', async () => {
    const calls: { n: number; end: () => void; fail: () => void }[] = [];
    const worker = workerWith(
      ({ n }) =>
        new Promise((resolve, reject) =>
          calls.push({ n, end: () => resolve(n), fail: () => reject(new Error('no')) }),
        ),
    );
    const id = newJobId();
    const first = worker.deliver({ id, orderingKey: 'k', payload: { n: 1 } }, { offset: 1 });
    worker.worker.accept([first]);
    await turn();
    worker.lose(first);
    const again = worker.deliver({ id, orderingKey: 'k', payload: { n: 1 } }, { offset: 1 });
    first.whenAbandoned = () => worker.worker.accept([again]);
    worker.worker.accept([worker.deliver({ orderingKey: 'k', payload: { n: 2 } }, { offset: 2 })]);
    await turn();
    calls[0]!.fail();
    await turn();
    expect(calls.map(({ n }) => n)).toEqual([1, 1]);
    calls[1]!.end();
    await turn();
    expect(calls.map(({ n }) => n)).toEqual([1, 1, 2]);
  });
});

describe('a record with an ordering key that is abandoned', () => {
  /** One slot that another job has, and a job of key k that fails once its partition has gone and come back. */
  async function failing(slots: number) {
    const calls: { n: number; end: () => void; fail: () => void }[] = [];
    const worker = workerWith(
      ({ n }) =>
        new Promise((resolve, reject) =>
          calls.push({ n, end: () => resolve(n), fail: () => reject(new Error('no')) }),
        ),
      { slots },
    );
    const deliver = (n: number, topic: string, orderingKey?: string) =>
      worker.deliver({ orderingKey, payload: { n } }, { topic, offset: n });
    const first = deliver(1, 'jobs.print', 'k');
    worker.worker.accept([first]);
    await turn();
    const endNext = async () => {
      calls.at(-1)!.end();
      await turn();
    };
    return { worker, calls, deliver, first, endNext };
  }
  const high = 'jobs.print.high';

  it('goes to the front of its lane when it is handed over again', async () => {
    const { worker, calls, deliver, first, endNext } = await failing(1);
    worker.lose(first);
    first.whenAbandoned = () => worker.worker.accept([deliver(1, 'jobs.print', 'k')]);
    worker.worker.accept([2, 3, 4].map((n) => deliver(n, 'jobs.print')));
    await turn();
    calls[0]!.fail();
    await turn();
    for (let ended = 0; ended < 4; ended++) await endNext();
    expect(calls.map(({ n }) => n)).toEqual([1, 2, 1, 3, 4]);
  });

  it('gives its key to the next when its partition is lost before it has a slot', async () => {
    const { worker, calls, deliver, first, endNext } = await failing(2);
    worker.worker.accept([deliver(2, high, 'k'), deliver(3, high)]);
    await turn();
    worker.lose(first);
    const again = deliver(1, 'jobs.print', 'k');
    first.whenAbandoned = () => worker.worker.accept([again]);
    worker.worker.isPaused = true;
    calls[0]!.fail();
    await turn();
    worker.lose(again);
    worker.worker.isPaused = false;
    await turn();
    await endNext();
    expect(calls.map(({ n }) => n)).toEqual([1, 3, 2]);
  });

  it('sends those behind it to the back of their lane when it is not handed over again', async () => {
    const { worker, calls, deliver, first, endNext } = await failing(2);
    worker.worker.accept([deliver(2, high, 'k'), deliver(3, high)]);
    await turn();
    worker.worker.accept([deliver(4, high), deliver(5, high)]);
    worker.lose(first);
    calls[0]!.fail();
    await turn();
    for (let ended = 0; ended < 3; ended++) await endNext();
    expect(calls.map(({ n }) => n)).toEqual([1, 3, 4, 5, 2]);
  });
});

describe('jobs of one key that run under claims', () => {
  const cheque = defineJob({
    type: 'print.cheque',
    queue: page.queue,
    payload: page.payload,
    result: page.result,
    exclusive: true,
  });

  /**
   * Has a worker run jobs of these keys on one partition that it never loses. The claim of each attempt is taken from it, and
   * given back, as often as `thefts` says: what such an attempt came to does not count, and its record is handed over again.
   * @returns the jobs in the order in which their handlers were called
   */
  async function startsOf(
    jobs: readonly { key: string; thefts: number }[],
    slots: number,
  ): Promise<number[]> {
    const starts: number[] = [];
    const claims = new MemoryClaims(60_000, () => Date.now());
    const left = jobs.map(({ thefts }) => thefts);
    const ids = jobs.map(() => newJobId());
    const handle = async ({ n }: { n: number }) => {
      starts.push(n);
      await turn();
      if (left[n]!-- > 0) {
        const row = claims.rows.get(ids[n]!)!;
        claims.rows.set(ids[n]!, { ...row, fence: row.fence + 1, owner: 'thief', state: 'free' });
      }
      return n;
    };
    const worker = openWorker([{ definition: cheque, handler: { handle } }], {
      slots,
      claims: claims.seenBy(),
    });
    let done = 0;
    const deliver = (n: number, offset: number) => {
      const request = { id: ids[n]!, type: cheque.type, orderingKey: jobs[n]!.key, payload: { n } };
      const delivery = worker.deliver(request, { offset });
      delivery.whenAbandoned = () => worker.worker.accept([deliver(n, offset)]);
      delivery.whenDone = () => done++;
      return delivery;
    };
    worker.worker.accept(jobs.map((_, n) => deliver(n, n)));
    for (let turns = 0; done < jobs.length && turns < 1_000; turns++) await turn();
    expect(done).toBe(jobs.length);
    return starts;
  }

  it('keep their order when an attempt is abandoned while those behind it wait for a slot', async () => {
    const jobs = ['k', 'else', 'k', 'k'].map((key, n) => ({ key, thefts: n === 0 ? 1 : 0 }));
    expect(await startsOf(jobs, 1)).toEqual([0, 1, 0, 2, 3]);
  });

  it('never begin before the ones ahead of them have ended, however often one is abandoned', async () => {
    const job = fc.record({ key: fc.constantFrom('a', 'b'), thefts: fc.integer({ min: 0, max: 2 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(job, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        async (jobs, slots) => {
          const starts = await startsOf(jobs, slots);
          for (const key of ['a', 'b']) {
            const ofKey = starts.filter((n) => jobs[n]!.key === key);
            expect(ofKey).toEqual([...ofKey].sort((left, right) => left - right));
          }
          expect(starts).toHaveLength(jobs.reduce((sum, { thefts }) => sum + thefts + 1, 0));
        },
      ),
      { numRuns: 60 },
    );
  });
});
