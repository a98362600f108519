import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { WorkerSign } from '@jobstream/contracts/records';
import type { OutgoingRecord } from '@jobstream/kafka';
import { createLoggerTo } from '@jobstream/runtime';
import { SignSender, signEveryMs } from './sign-sender.js';

describe('the signs of a worker', () => {
  let sent: { record: OutgoingRecord; answer: (error?: Error) => void }[];
  let lines: string[];
  let sender: SignSender;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    sent = [];
    lines = [];
    let nth = 0;
    sender = new SignSender({
      topic: 'jobs.workers',
      id: '1-a',
      sign: () => ({ id: '1-a', runningCount: nth++ }) as WorkerSign,
      send: (record) =>
        new Promise<void>((resolve, reject) =>
          sent.push({ record, answer: (error) => (error ? reject(error) : resolve()) }),
        ),
      logger: createLoggerTo({ write: (line) => void lines.push(line) }, 'test', 'info'),
    });
    sender.start();
  });
  afterEach(() => {
    sender.close();
    jest.useRealTimers();
  });

  const answer = async (error?: Error) => {
    sent.at(-1)!.answer(error);
    await turn();
  };

  it('are given at once and every five seconds, under the key of the process', async () => {
    await answer();
    jest.advanceTimersByTime(signEveryMs);
    expect(sent.map(({ record: { topic, key, value } }) => [topic, key, value])).toEqual([
      ['jobs.workers', '1-a', '{"id":"1-a","runningCount":0}'],
      ['jobs.workers', '1-a', '{"id":"1-a","runningCount":1}'],
    ]);
  });

  it('are one at a time, however long the broker takes for one', async () => {
    jest.advanceTimersByTime(20 * signEveryMs);
    expect(sent).toHaveLength(1);
    await answer();
    jest.advanceTimersByTime(signEveryMs);
    expect(sent).toHaveLength(2);
  });

  it('that are not taken are told once in the log, and once that they are again', async () => {
    for (const error of [new Error('away'), new Error('away'), undefined]) {
      await answer(error);
      jest.advanceTimersByTime(signEveryMs);
    }
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'sign of the worker not taken: the next one tells more',
      'signs of the worker taken again',
    ]);
  });

  it('are taken back at its end', async () => {
    await answer();
    sender.close();
    jest.advanceTimersByTime(2 * signEveryMs);
    expect(sent.map(({ record }) => record.value === null)).toEqual([false, true]);
  });

  it('are not taken back where the broker never took one', async () => {
    await answer(new Error('away'));
    sender.close();
    expect(sent).toHaveLength(1);
  });
});
