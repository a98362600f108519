import { describe, expect, it } from '@jest/globals';
import type { ConsumerHealth, HeadOfLine } from '@jobstream/kafka';
import { healthOfConsumer } from './consumer-health.js';

const head: HeadOfLine = { topic: 'jobs.print', partition: 1, offset: 7, since: 1_000 };
const partition = {
  topic: head.topic,
  partition: head.partition,
  committed: 7,
  next: 9,
  logEnd: 9,
  outstanding: 2,
  running: 2,
  doneAboveWatermark: 0,
  headOfLine: head,
  paused: false,
  halted: null,
};
const healthy: ConsumerHealth = {
  joined: true,
  loopAgeMs: 3,
  joins: 1,
  restarts: 0,
  partitions: [partition, { ...partition, partition: 2, headOfLine: null }],
  alarms: [],
};

describe('healthOfConsumer', () => {
  it('names the job at the head of each partition that has one', () => {
    const health = healthOfConsumer(healthy, ({ offset }) => `job at ${offset}`);
    expect(health).toMatchObject({ ok: true, detail: { headsOfLine: [{ ...head, job: 'job at 7' }] } });
  });

  it('is not ready while the consumer is no member of its group, and says so', () => {
    const health = healthOfConsumer({ ...healthy, joined: false }, () => undefined);
    expect(health).toMatchObject({ ok: false, why: expect.any(String), detail: { joins: 1 } });
  });
});
