import { describe, expect, it } from '@jest/globals';
import { NonRetryableError, RetryAfterError, newJobId } from '@jobstream/contracts';
import { decodePoison, decodeRecord } from '@jobstream/contracts/records';
import type { RegisteredHandler } from '../handlers/handler-registry.js';
import { gate, page, workerWith } from './page-worker.fixture-spec.js';
import { openWorker, ScriptedDelivery, turn } from './worker.fixture-spec.js';

describe('a delivery', () => {
  it('is done once its outcome is acknowledged, and no sooner', async () => {
    const worker = workerWith(({ n }) => n * 2);
    let acknowledge = (): void => undefined;
    worker.answer = () => new Promise((resolve) => (acknowledge = resolve));
    const delivery = worker.deliver({ payload: { n: 21 } });
    worker.worker.accept([delivery]);
    await turn();
    expect(delivery.calls).toEqual(['begin']);
    acknowledge();
    await turn();
    expect(delivery.calls).toEqual(['begin', 'done']);
    const read = decodeRecord(Buffer.from(worker.sent[0]!.value!), worker.sent[0]!.headers);
    expect(read).toMatchObject({
      phase: 'succeeded',
      value: { result: 42, start: { worker: 'test-worker' } },
    });
  });

  it('of a plain job reaches its handler in the microtask in which it gets its slot', async () => {
    let isCalled = false;
    const worker = workerWith(() => (isCalled = true));
    worker.worker.accept([worker.deliver()]);
    await Promise.resolve();
    expect(isCalled).toBe(true);
  });

  it('is told of where its handler holds up the event loop for more than a second', async () => {
    const worker = workerWith(({ n }) => {
      for (const end = performance.now() + n; performance.now() < end;);
      return n;
    });
    worker.worker.accept([worker.deliver({ payload: { n: 1 } }), worker.deliver({ payload: { n: 1_050 } })]);
    await turn();
    expect(worker.blocks).toHaveLength(1);
    expect(worker.blocks[0]).toBeGreaterThanOrEqual(1_050);
  });

  it('gives one record for a quick attempt, however it ends', async () => {
    const worker = workerWith(({ n }) => {
      if (n === 1) return 1;
      if (n === 4) throw Object.assign(new Error('refused'), { retryable: false });
      throw n === 2 ? new Error('no') : new NonRetryableError('never');
    });
    worker.worker.accept([1, 2, 3, 4].map((n) => worker.deliver({ payload: { n } })));
    await turn();
    expect(worker.sent.map(({ topic }) => topic)).toEqual([
      'jobs.events',
      'jobs.print.retry.1s',
      'jobs.print.dlq',
      'jobs.print.dlq',
    ]);
  });

  it('has its outcome sent again until it is acknowledged', async () => {
    const worker = workerWith(() => 1);
    let refusals = 2;
    worker.answer = async () => {
      if (refusals-- > 0) throw new Error('not now');
    };
    const delivery = worker.deliver();
    worker.worker.accept([delivery]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(worker.phases()).toEqual(['succeeded']);
    expect(delivery.calls).toEqual(['begin', 'done']);
  });

  it.each([
    ['an unknown type', { type: 'print.unknown' }, 'unknown_type', 0],
    ['a payload that breaks the schema', { payload: { n: 'x' } }, 'invalid_payload', 0],
    ['a result that breaks the schema', { payload: { n: -1 } }, 'non_retryable', 1],
  ])('of %s is dead-lettered at once', async (_, request, reason, attempts) => {
    const worker = workerWith(() => 'no number');
    const delivery = worker.deliver(request);
    worker.worker.accept([delivery]);
    await turn();
    const letter = decodeRecord(Buffer.from(worker.sent[0]!.value!), worker.sent[0]!.headers);
    expect(letter).toMatchObject({ phase: 'dead_lettered', value: { reason, attempts } });
    expect(delivery.calls).toEqual(['begin', 'done']);
  });

  it('of a type that is newer than what was read runs once the types were read to their end', async () => {
    let reads = 0;
    const learned: RegisteredHandler = { definition: page, handler: { handle: () => 7 } };
    const worker = openWorker([], {
      readTypes: async () => {
        reads += 1;
        worker.handlers.set(page.type, learned);
      },
    });
    worker.worker.accept([worker.deliver({ type: page.type }), worker.deliver({ type: 'print.unknown' })]);
    await turn();
    expect(worker.phases().sort()).toEqual(['dead_lettered', 'succeeded']);
    expect(reads).toBe(2);
  });

  it('of a job that expired before it started ends as expired; a retry does not', async () => {
    const worker = workerWith(() => 1);
    const expiresAt = new Date(worker.clock.time - 1).toISOString();
    worker.worker.accept([worker.deliver({ expiresAt }), worker.deliver({ expiresAt }, { attempt: 2 })]);
    await turn();
    expect(worker.phases()).toEqual(['expired', 'succeeded']);
  });

  it('of a payload that nests too deeply is set aside, byte for byte', async () => {
    const worker = workerWith(() => 1);
    const { record } = worker.deliver({ type: 'print.unknown', payload: 'here' });
    const text = record.value!.toString().replace('"here"', '['.repeat(6_000) + ']'.repeat(6_000));
    const delivery = new ScriptedDelivery({ ...record, value: Buffer.from(text) });
    worker.worker.accept([delivery]);
    await turn();
    const letter = decodePoison(Buffer.from(worker.sent[0]!.value!));
    expect(letter).toMatchObject({ reason: 'malformed', raw: { value: btoa(text) } });
    expect(delivery.calls).toEqual(['begin', 'done']);
    expect(worker.failures).toEqual([]);
  });

  it('is named when the worker itself fails at it', async () => {
    const worker = workerWith(() => 1, {
      limits: {
        rulesOf: () => {
          throw new Error('no rules');
        },
      },
    });
    worker.worker.accept([worker.deliver({}, { offset: 42 })]);
    await turn();
    expect(worker.failures).toEqual([
      expect.objectContaining({
        code: 'work_failed',
        message: expect.stringContaining('offset 42 of jobs.print, partition 0'),
        cause: new Error('no rules'),
      }),
    ]);
  });

  it('with a hanging handler fails after timeout and grace, and frees its slot', async () => {
    const worker = workerWith(({ n }) => (n === 1 ? new Promise(() => undefined) : n), { slots: 1 });
    worker.worker.accept([worker.deliver(), worker.deliver({ payload: { n: 2 } })]);
    while (worker.phases().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(worker.phases()).toEqual(['retrying', 'succeeded']);
    expect(worker.sent[0]!.value).toContain('"code":"timeout"');
  });
});

describe('a copy', () => {
  it('is completed without running', async () => {
    let runs = 0;
    const worker = workerWith(() => ++runs);
    const id = newJobId();
    const copies = [worker.deliver({ id }), worker.deliver({ id }), worker.deliver({ id })];
    worker.worker.accept(copies);
    await turn();
    expect(runs).toBe(1);
    expect(copies.map(({ calls }) => calls.at(-1))).toEqual(['done', 'done', 'done']);
    expect(await worker.count('jobstream_copies_total')).toBe(2);
  });

  it('is no copy when it is the same offset again', async () => {
    let runs = 0;
    const worker = workerWith(() => ++runs);
    const id = newJobId();
    worker.worker.accept([worker.deliver({ id }, { offset: 7 })]);
    await turn();
    worker.worker.accept([worker.deliver({ id }, { offset: 7 })]);
    await turn();
    expect(runs).toBe(2);
    expect(await worker.count('jobstream_reruns_total')).toBe(1);
  });
});

describe('a lost partition', () => {
  it('ends deliveries that have not begun and lets running attempts finish', async () => {
    const { calls, handle } = gate();
    const worker = workerWith(handle, { slots: 1 });
    const [running, waiting] = [worker.deliver(), worker.deliver()];
    worker.worker.accept([running, waiting]);
    await turn();
    worker.lose(running, waiting);
    calls[0]!.end(1);
    await turn();
    expect(worker.phases()).toEqual(['succeeded']);
    expect(calls).toHaveLength(1);
    expect(waiting.calls).toEqual([]);
  });

  it('publishes no failure', async () => {
    const { calls, handle } = gate();
    const worker = workerWith(handle);
    const delivery = worker.deliver();
    worker.worker.accept([delivery]);
    await turn();
    worker.lose(delivery);
    calls[0]!.fail(new Error('no'));
    await turn();
    expect(worker.sent).toEqual([]);
    expect(delivery.calls).toEqual(['begin', 'abandon']);
  });

  it('keeps a success that was on its way when it was lost', async () => {
    const worker = workerWith(() => 1);
    const delivery = worker.deliver();
    let refusals = 1;
    worker.answer = async () => {
      worker.lose(delivery);
      if (refusals-- > 0) throw new Error('not now');
    };
    worker.worker.accept([delivery]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(worker.phases()).toEqual(['succeeded']);
    expect(delivery.calls).toEqual(['begin', 'done']);
  });

  it('brings no copy to run of an attempt that still runs here, when it comes back', async () => {
    const { calls, handle } = gate();
    const worker = workerWith(handle);
    const id = newJobId();
    const before = worker.deliver({ id }, { offset: 7 });
    worker.worker.accept([before]);
    await turn();
    worker.lose(before);
    const copy = worker.deliver({ id }, { offset: 8 });
    worker.worker.accept([copy]);
    await turn();
    expect(copy.calls).toEqual(['begin', 'done']);
    expect(calls).toHaveLength(1);
  });

  it('gives up a failure that was on its way when it was lost', async () => {
    const worker = workerWith(() => {
      throw new Error('no');
    });
    const delivery = worker.deliver();
    worker.answer = async () => {
      worker.lose(delivery);
      throw new Error('not now');
    };
    worker.worker.accept([delivery]);
    await turn();
    expect(delivery.calls).toEqual(['begin', 'abandon']);
  });
});

describe('a job that waits at the gate of its type', () => {
  it('ends when it is cancelled, without passing the gate', async () => {
    let waiting = 0;
    const enter = () => {
      waiting += 1;
      return () => void (waiting -= 1);
    };
    const { calls, handle } = gate();
    const worker = openWorker([{ definition: page, handler: { handle }, gate: { enter } }]);
    const [id, other] = [newJobId(), newJobId()];
    worker.worker.accept([worker.deliver({ id }), worker.deliver({ id: other })]);
    await turn();
    expect(waiting).toBe(2);
    const cancel = { id, run: 1 };
    worker.cancels.add(cancel);
    worker.cancellations.abort(cancel);
    await turn();
    expect(worker.phases()).toEqual(['cancelled']);
    expect(waiting).toBe(1);
    expect(calls).toEqual([]);
  });
});

describe('a retry', () => {
  it('starts after the delay of its lane from the append time, and no sooner', async () => {
    const worker = workerWith(() => 1);
    const appended = worker.clock.time;
    const retry = worker.deliver({}, { topic: 'jobs.print.retry.5s', timestamp: appended });
    worker.clock.time = appended + 4_999;
    worker.worker.accept([retry]);
    await turn();
    expect(worker.sent).toEqual([]);
    expect(worker.worker.load().notDue).toBe(1);
    worker.clock.time = appended + 5_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(worker.phases()).toEqual(['succeeded']);
    expect(worker.sent[0]!.headers['js-attempt']).toBe('2');
  });

  it('beyond the longest lane goes to the scheduler, with the time its handler asked for', async () => {
    const worker = workerWith(() => {
      throw new RetryAfterError('1h', 'closed for lunch');
    });
    const failedAt = worker.clock.time;
    const delivery = worker.deliver();
    worker.worker.accept([delivery]);
    await turn();
    const [retry] = worker.sent;
    expect(retry).toMatchObject({ topic: 'jobs.delayed', headers: { 'js-attempt': '1' } });
    expect(decodeRecord(Buffer.from(retry!.value!), retry!.headers)).toMatchObject({
      phase: 'retrying',
      value: { error: { message: 'closed for lunch' }, dueAt: new Date(failedAt + 3_600_000).toISOString() },
    });
    expect(delivery.calls).toEqual(['begin', 'done']);
  });

  it('waits again when the timer was early by the time of the broker', async () => {
    const worker = workerWith(() => 1);
    const retry = worker.deliver({}, { topic: 'jobs.print.retry.1s', timestamp: worker.clock.time - 990 });
    worker.worker.accept([retry]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(worker.sent).toEqual([]);
    worker.clock.time += 10;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(worker.phases()).toEqual(['succeeded']);
  });
});
