import { describe, expect, it } from '@jest/globals';
import { newJobId, Topics } from '@jobstream/contracts';
import { decodeWorkerSign, encodeWorkerSign } from '@jobstream/contracts/records';
import type { RunningAttempt } from '../attempt/running-attempts.js';
import { signOfWorker, type QueueStanding, type WorkerStanding } from './sign-of-worker.js';

const load = {
  slots: 4,
  running: 1,
  unsettled: 0,
  refused: 0,
  waiting: { high: 1, normal: 2, retry: 3, low: 4 },
  notDue: 5,
};
const queueOf = (queue: string, partitions: QueueStanding['partitions'] = []): QueueStanding => ({
  queue,
  load,
  paused: false,
  partitions,
});
const attemptOf = (type: string, queue: string, isHere = true) =>
  ({
    isHere,
    job: {
      request: { v: 1, id: newJobId(), type, queue, payload: {}, priority: 'normal', maxAttempts: 1 },
      run: 1,
      attempt: 2,
    },
  }) as unknown as RunningAttempt;

const standing: WorkerStanding = {
  identity: { id: '1-a', service: 'post-worker', program: { name: 'post', version: '1.0.0' } },
  startedAt: 0,
  queueCount: 1,
  queues: [],
  runningCount: 0,
  running: [],
  suspects: { running: 0, waiting: 0 },
  memory: { rss: 2, heapUsed: 1 },
};

describe('what a worker tells of itself', () => {
  it('has its queues with their partitions by topic, and the jobs that it runs', () => {
    const partitions = [
      { topic: 'b', partition: 2 },
      { topic: 'a', partition: 0 },
      { topic: 'b', partition: 1 },
    ];
    const running = [attemptOf('letter.send', 'post'), attemptOf('letter.print', 'post', false)];
    const sign = signOfWorker({
      ...standing,
      queues: [queueOf('post', partitions)],
      running,
      runningCount: 2,
    });
    expect(sign.queues).toEqual([
      {
        queue: 'post',
        slots: 4,
        running: 1,
        waiting: 10,
        paused: false,
        partitions: [
          { topic: 'a', partitions: [0] },
          { topic: 'b', partitions: [1, 2] },
        ],
      },
    ]);
    expect(sign.running).toMatchObject([
      { type: 'letter.send', attempt: 2, apart: false },
      { type: 'letter.print', apart: true },
    ]);
  });

  it('fits its topic and can be read, whatever the worker has', () => {
    const long = 'x'.repeat(249);
    const partitions = Array.from({ length: 5_000 }, (_, partition) => ({
      topic: `${partition % 40}${long}`,
      partition,
    }));
    const sign = signOfWorker({
      ...standing,
      identity: {
        id: '1-a',
        service: long,
        program: { name: 'y'.repeat(10_000), version: 'z'.repeat(10_000) },
      },
      queueCount: 3_000,
      queues: Array.from({ length: 3_000 }, (_, nth) => queueOf(`${nth}-${'q'.repeat(90)}`, partitions)),
      runningCount: 10_000,
      running: Array.from({ length: 10_000 }, () => attemptOf('t'.repeat(5_000), 'q'.repeat(90))),
    });
    expect(sign).toMatchObject({ queueCount: 3_000, runningCount: 10_000 });
    expect([sign.queues.length, sign.running.length]).toEqual([100, 50]);
    const { value } = encodeWorkerSign('1-a', sign);
    const topics = new Topics();
    const { maxMessageBytes } = topics.planOf(topics.workers, 'small')!;
    expect(Buffer.byteLength(value!)).toBeLessThan(maxMessageBytes);
    expect(decodeWorkerSign(Buffer.from('1-a'), Buffer.from(value!))).toMatchObject({ id: '1-a' });
  });
});
