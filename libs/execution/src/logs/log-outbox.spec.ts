import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { maxLogBytes, maxLogLines, newJobId } from '@jobstream/contracts';
import { decodeJobLog, type JobLog } from '@jobstream/contracts/records';
import type { OutgoingRecord } from '@jobstream/kafka';
import { createLoggerTo } from '@jobstream/runtime';
import { Registry } from 'prom-client';
import { AttemptLog } from './attempt-log.js';
import { LogOutbox } from './log-outbox.js';

describe('the lines of handlers', () => {
  let sent: { record: OutgoingRecord; answer: (error?: Error) => void }[];
  let workerLines: string[];
  let metrics: Registry;
  let outbox: LogOutbox;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
    sent = [];
    workerLines = [];
    metrics = new Registry();
    outbox = new LogOutbox({
      topic: 'jobs.logs',
      worker: 'w-1',
      send: (record) =>
        new Promise<void>((resolve, reject) =>
          sent.push({ record, answer: (error) => (error ? reject(error) : resolve()) }),
        ),
      metrics,
      logger: createLoggerTo({ write: (line) => void workerLines.push(line) }, 'test', 'info'),
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** The log of an attempt, and what ends it. */
  const begin = () => {
    const keeper = outbox.open({ id: newJobId(), run: 1, attempt: 2 });
    const logger = createLoggerTo({ write: (line) => void workerLines.push(line) }, 'test', 'info');
    const log = new AttemptLog({ logger: () => logger, keeper: () => keeper, clock: { now: () => 0 } });
    return Object.assign(log, { end: () => keeper.end() });
  };
  const records = () => sent.map(({ record }) => decodeJobLog(Buffer.from(record.value!)) as JobLog);
  const answerAll = async (error?: Error) => {
    for (const { answer } of sent) answer(error);
    await turn();
  };
  const leftOut = async () => {
    const { values } = await metrics.getSingleMetric('jobstream_log_lines_left_out_total')!.get();
    return values[0]?.value;
  };

  it('are gathered for a moment, then sent in order', () => {
    const log = begin();
    log.info('one');
    log.warn({ n: 2 }, 'two');
    expect(sent).toEqual([]);
    jest.advanceTimersByTime(250);
    expect(records()).toMatchObject([
      {
        run: 1,
        attempt: 2,
        worker: 'w-1',
        lines: [
          { level: 'info', message: 'one' },
          { level: 'warn', message: 'two', fields: { n: 2 } },
        ],
      },
    ]);
    log.error('three');
    log.end();
    expect(records()[1]).toMatchObject({ lines: [{ level: 'error', message: 'three' }] });
    expect(workerLines).toHaveLength(3);
  });

  it('cost nothing where there are none', () => {
    begin().end();
    jest.advanceTimersByTime(10_000);
    expect(sent).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('end at a number for each attempt, and one record says how many were left out', async () => {
    const log = begin();
    for (let nth = 0; nth < 100_000; nth += 1) log.info('x');
    log.end();
    const kept = records().reduce((sum, record) => sum + record.lines.length, 0);
    expect(kept).toBeLessThanOrEqual(maxLogLines);
    expect(records().map((record) => record.leftOut ?? 0)).toEqual([
      ...records()
        .slice(1)
        .map(() => 0),
      100_000 - kept,
    ]);
    expect(await leftOut()).toBe(100_000 - kept);
    // Those that are kept, and that there are more.
    expect(workerLines.length).toBeLessThanOrEqual(kept + 2);
  });

  it('end at a size for each attempt', () => {
    const log = begin();
    for (let nth = 0; nth < 1_000; nth += 1) log.info('x'.repeat(1_000));
    log.end();
    const bytes = sent.reduce((sum, { record }) => sum + record.value!.length, 0);
    expect(bytes).toBeLessThan(maxLogBytes + 10_000);
    expect(records().at(-1)!.leftOut).toBeGreaterThan(900);
  });

  it('are not kept once the attempt has ended, nor below the level of the worker', () => {
    const log = begin();
    log.debug('hidden');
    log.end();
    log.info('late');
    jest.advanceTimersByTime(1_000);
    expect(sent).toEqual([]);
  });

  it('of all attempts together are bounded while the broker does not answer, and go on when it does', async () => {
    const logs = Array.from({ length: 200 }, begin);
    for (const log of logs) for (let nth = 0; nth < 60; nth += 1) log.info('x'.repeat(1_000));
    for (const log of logs) log.end();
    const sentBytes = () => sent.reduce((sum, { record }) => sum + record.value!.length, 0);
    expect(sentBytes()).toBeLessThan(600 * 1_024);
    for (let round = 0; round < 50; round += 1) {
      await answerAll();
      jest.advanceTimersByTime(250);
    }
    expect(sentBytes()).toBeGreaterThan(3.5 * 1_024 * 1_024);
    expect(sentBytes()).toBeLessThan(4.5 * 1_024 * 1_024);
    const told = records().reduce((sum, record) => sum + record.lines.length + (record.leftOut ?? 0), 0);
    expect(told).toBe(200 * 60);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that the broker does not take are told at the end of their attempt, and once in the log', async () => {
    const log = begin();
    log.info('lost');
    jest.advanceTimersByTime(250);
    await answerAll(new Error('away'));
    expect(workerLines.filter((line) => line.includes('log lines lost'))).toHaveLength(1);
    log.info('kept');
    log.end();
    expect(records().at(-1)).toMatchObject({ lines: [{ message: 'kept' }], leftOut: 1 });
    expect(await leftOut()).toBe(1);
  });

  it('are all handed over when the process stops', () => {
    begin().info('last');
    outbox.close();
    expect(records()).toMatchObject([{ lines: [{ message: 'last' }] }]);
  });
});
