import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DrawnJob } from '@jobstream/intake';
import { NeverSentError, RecordRefusedError, type SendOutcome } from '@jobstream/kafka';
import { createLogger } from '@jobstream/runtime';
import { OutcomePublisher } from './outcome-publisher.js';

const record = { topic: 'jobs.events', key: 'k', value: 'v', headers: {} };
const receipt = { topic: 'jobs.events', partition: 0, offset: 0, appendedAt: 0, resent: false };

describe('OutcomePublisher', () => {
  let refusals: number;
  let sends: number;
  let failure: Error;
  let refused: number;
  let publisher: OutcomePublisher;
  let produce: (jobs: readonly DrawnJob[]) => Promise<SendOutcome[]>;
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    refusals = 0;
    sends = 0;
    failure = new Error('the broker is away');
    refused = 0;
    publisher = new OutcomePublisher({
      send: async () => {
        sends++;
        if (refusals-- > 0) throw failure;
        return receipt;
      },
      produce: (jobs) => produce(jobs),
      onRefused: (count) => (refused = count),
      logger: createLogger('test', 'silent'),
      monotonic: () => performance.now(),
      random: () => 0,
    });
  });
  afterEach(() => void jest.useRealTimers());

  it('sends until it is acknowledged, with growing pauses of 5 s at most', async () => {
    refusals = 20;
    const published = publisher.publish(record, () => true);
    await pass(60_000);
    await expect(published).resolves.toBe(true);
    expect(sends).toBe(21);
  });

  it('gives up when the outcome is not wanted any more, after one try at least', async () => {
    refusals = 20;
    await expect(publisher.publish(record, () => false)).resolves.toBe(false);
    expect(sends).toBe(1);
    let wanted = true;
    const published = publisher.publish(record, () => wanted);
    await pass(200);
    wanted = false;
    await pass(5_000);
    await expect(published).resolves.toBe(false);
  });

  it('gives up when it is stopped', async () => {
    refusals = Infinity;
    const published = publisher.publish(record, () => true);
    await pass(1_000);
    publisher.stop();
    await expect(published).resolves.toBe(false);
  });

  it('is unhealthy when no outcome was acknowledged for 10 s, and healthy after the next', async () => {
    expect(publisher.health()).toEqual({ ok: true });
    refusals = Infinity;
    const published = publisher.publish(record, () => true);
    await pass(9_000);
    expect(publisher.health().ok).toBe(true);
    await pass(2_000);
    expect(publisher.health()).toMatchObject({
      ok: false,
      why: expect.stringContaining('the broker is away'),
    });
    refusals = 0;
    await pass(10_000);
    await expect(published).resolves.toBe(true);
    expect(publisher.health()).toEqual({ ok: true });
  });

  describe('counts refused outcomes', () => {
    const missing = new RecordRefusedError('jobs.a.dlq', 'UNKNOWN_TOPIC_OR_PARTITION', 'no such topic');
    const outage = new NeverSentError('jobs.a.dlq', 'the broker is away');
    const child = { record: { value: 'x' } } as DrawnJob;

    it.each([
      ['its topic is missing', missing, 1],
      ['its topic may not be written to', new RecordRefusedError('t', 'TOPIC_AUTHORIZATION_FAILED', ''), 1],
      ['it is too large', new RecordRefusedError('t', 'MESSAGE_TOO_LARGE', ''), 1],
      ['its partition has no leader', new NeverSentError('t', 'no leader', 'partition'), 1],
      ['the broker is away', outage, 0],
      ['nobody may write to the cluster', new RecordRefusedError('t', 'CLUSTER_AUTHORIZATION_FAILED', ''), 0],
      ['of what nobody foresaw', new Error('what?'), 0],
    ])('when %s', async (_, error, expected) => {
      failure = error;
      refusals = 5;
      const published = publisher.publish(record, () => true);
      await pass(1_000);
      expect(refused).toBe(expected);
      await pass(60_000);
      await expect(published).resolves.toBe(true);
      expect(refused).toBe(0);
    });

    it.each([
      ['not wanted any more', () => false, () => undefined],
      ['stopped', () => true, () => publisher.stop()],
    ])('until it is %s', async (_, wanted, happens) => {
      failure = missing;
      refusals = Infinity;
      const published = publisher.publish(record, wanted);
      happens();
      await expect(published).resolves.toBe(false);
      expect(refused).toBe(0);
    });

    it('with children of a queue without a topic, but not those in an outage', async () => {
      let outcomes: SendOutcome[] = [{ error: missing }, { receipt }];
      const produced: number[] = [];
      produce = async (jobs) => {
        produced.push(jobs.length);
        return outcomes;
      };
      const published = publisher.publishJobs([child, child]);
      await pass(10);
      expect(refused).toBe(1);
      outcomes = [{ receipt }];
      await pass(1_000);
      await expect(published).resolves.toBe(true);
      expect(produced).toEqual([2, 1]);
      outcomes = [{ error: missing }, { error: outage }];
      const kept = publisher.publishJobs([child, child]);
      await pass(10);
      expect(refused).toBe(0);
      publisher.stop();
      await expect(kept).resolves.toBe(false);
    });

    it('up to a bound of number and bytes', async () => {
      failure = missing;
      refusals = Infinity;
      const value = 'x'.repeat(1024 * 1024);
      for (let sent = 0; sent < 100; sent++) void publisher.publish({ ...record, value }, () => true);
      await pass(10);
      expect(refused).toBe(64);
      for (let sent = 0; sent < 12_000; sent++)
        void publisher.publish({ ...record, value: null }, () => true);
      await pass(10);
      expect(refused).toBe(10_000);
      publisher.stop();
      await pass(10);
      expect(refused).toBe(0);
    });

    it('and stays healthy', async () => {
      failure = missing;
      refusals = Infinity;
      void publisher.publish(record, () => true);
      await pass(60_000);
      expect(publisher.health()).toEqual({ ok: true });
      publisher.stop();
    });
  });
});
