import { describe, expect, it } from '@jest/globals';
import { gate, workerWith } from './page-worker.fixture-spec.js';
import { turn } from './worker.fixture-spec.js';

describe('slots', () => {
  it('bound the running handlers, and are free while outcomes are on their way', async () => {
    const { calls, handle } = gate();
    const worker = workerWith(handle, { slots: 2 });
    worker.answer = () => new Promise(() => undefined);
    worker.worker.accept(Array.from({ length: 5 }, () => worker.deliver()));
    await turn();
    expect(calls).toHaveLength(2);
    calls[0]!.end(1);
    await turn();
    expect(calls).toHaveLength(3);
    expect(worker.worker.load()).toMatchObject({ running: 2, unsettled: 1, waiting: { normal: 2 } });
  });

  it('stay empty while too many outcomes are on their way', async () => {
    const worker = workerWith(() => 1, { slots: 2, maxUnsettled: 3 });
    worker.answer = () => new Promise(() => undefined);
    worker.worker.accept(Array.from({ length: 50 }, () => worker.deliver()));
    await turn();
    const { running, unsettled, waiting } = worker.worker.load();
    expect(running).toBe(0);
    expect(unsettled).toBeLessThanOrEqual(3 + 1);
    expect(waiting.normal).toBeGreaterThanOrEqual(46);
  });

  it('are refilled a bounded number of times in a turn of the event loop', async () => {
    let runs = 0;
    const worker = workerWith(() => ++runs, { slots: 10, maxUnsettled: 10_000 });
    worker.worker.accept(Array.from({ length: 1_000 }, () => worker.deliver()));
    await turn();
    expect(runs).toBeLessThan(600);
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(runs).toBe(1_000);
  });

  it('go to the lanes by their shares', async () => {
    const order: string[] = [];
    const worker = workerWith(() => 1, { slots: 1 });
    const lane = (name: string, topic: string) =>
      Array.from({ length: 50 }, () => worker.deliver({ submittedFor: name }, { topic }));
    worker.answer = async ({ value }) =>
      void order.push((JSON.parse(String(value)) as { submittedFor: string }).submittedFor);
    worker.worker.accept([
      ...lane('low', 'jobs.print.low'),
      ...lane('normal', 'jobs.print'),
      ...lane('high', 'jobs.print.high'),
    ]);
    await turn();
    const first = order.slice(0, 42);
    expect(first.filter((name) => name === 'high').length).toBe(32);
    expect(first.filter((name) => name === 'low').length).toBe(2);
    expect(order).toHaveLength(150);
  });
});
