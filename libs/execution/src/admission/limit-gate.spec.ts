import { afterEach, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue } from '@jobstream/contracts';
import type { NotAdmitted, Release, LimitRule } from '@jobstream/limits';
import { z } from 'zod';
import { openWorker, turn } from '../worker/worker.fixture-spec.js';

const page = defineJob({
  type: 'print.page',
  queue: defineQueue('print'),
  payload: z.strictObject({ limited: z.boolean() }),
  result: z.int(),
});
const rule: LimitRule = { kind: 'concurrency', id: 'print', max: 1 };

describe('a job whose limit is reached', () => {
  const answers: ((answer: Release | NotAdmitted) => void)[] = [];
  afterEach(() => {
    answers.length = 0;
  });

  /** One slot; limits answer when the test says so. */
  function limitedWorker(handle: () => unknown) {
    return openWorker([{ definition: page, handler: { handle } }], {
      slots: 1,
      limits: {
        rulesOf: (payload) => ((payload as { limited: boolean }).limited ? [rule] : []),
        enter: () => new Promise((resolve) => answers.push(resolve)),
      },
    });
  }

  it('holds no slot, has not begun, and lets others pass', async () => {
    const worker = limitedWorker(() => 1);
    const [limited, free] = [true, false].map((value) => worker.deliver({ payload: { limited: value } }));
    worker.worker.accept([limited!, free!]);
    await turn();
    expect(free!.calls).toEqual(['begin', 'done']);
    expect(limited!.calls).toEqual([]);
    expect(worker.worker.load()).toMatchObject({ running: 0, unsettled: 0 });
  });

  it('runs once it is admitted, and leaves when its handler has ended', async () => {
    let end: (value: number) => void = () => undefined;
    const worker = limitedWorker(() => new Promise((resolve) => (end = resolve)));
    let acknowledge = (): void => undefined;
    worker.answer = () => new Promise((resolve) => (acknowledge = resolve));
    const limited = worker.deliver({ payload: { limited: true } });
    worker.worker.accept([limited]);
    await turn();
    let left = 0;
    answers[0]!(() => left++);
    await turn();
    expect({ calls: limited.calls, left }).toEqual({ calls: ['begin'], left: 0 });
    end(1);
    await turn();
    expect({ calls: limited.calls, hasLeft: left > 0 }).toEqual({ calls: ['begin'], hasLeft: true });
    acknowledge();
    await turn();
    expect(limited.calls).toEqual(['begin', 'done']);
  });

  it('asks again when the limits change', async () => {
    const worker = limitedWorker(() => 1);
    const limited = worker.deliver({ payload: { limited: true } });
    worker.worker.accept([limited]);
    await turn();
    answers[0]!('changed');
    await turn();
    expect(answers).toHaveLength(2);
    answers[1]!(() => undefined);
    await turn();
    expect(limited.calls).toEqual(['begin', 'done']);
  });

  it('leaves at once when its partition is lost between its admission and its turn', async () => {
    const worker = limitedWorker(() => 1);
    const limited = worker.deliver({ payload: { limited: true } });
    worker.worker.accept([limited]);
    await turn();
    let left = 0;
    worker.worker.isPaused = true;
    answers[0]!(() => left++);
    await turn();
    worker.lose(limited);
    expect({ calls: limited.calls, left }).toEqual({ calls: [], left: 1 });
  });

  it('leaves at once when it is admitted while its partition may be lost', async () => {
    const worker = limitedWorker(() => 1);
    const limited = worker.deliver({ payload: { limited: true } });
    worker.worker.accept([limited]);
    await turn();
    let left = 0;
    worker.worker.isPaused = true;
    limited.lose();
    answers[0]!(() => left++);
    await turn();
    expect({ calls: limited.calls, left }).toEqual({ calls: [], left: 1 });
  });

  it('gives its ordering key to the next when its partition is lost', async () => {
    const worker = limitedWorker(() => 1);
    const [first, second] = [0, 1].map(() =>
      worker.deliver({ payload: { limited: true }, orderingKey: 'k' }),
    );
    worker.worker.accept([first!, second!]);
    await turn();
    expect(answers).toHaveLength(1);
    first!.lose();
    answers[0]!('lost');
    await turn();
    answers[1]!(() => undefined);
    await turn();
    expect(second!.calls).toEqual(['begin', 'done']);
  });
});
