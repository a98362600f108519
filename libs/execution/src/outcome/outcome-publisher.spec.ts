import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@jobstream/runtime';
import { OutcomePublisher } from './outcome-publisher.js';

const record = { topic: 'jobs.events', key: 'k', value: 'v', headers: {} };
const receipt = { topic: 'jobs.events', partition: 0, offset: 0, appendedAt: 0, resent: false };

describe('OutcomePublisher', () => {
  let refusals: number;
  let sends: number;
  let publisher: OutcomePublisher;
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    refusals = 0;
    sends = 0;
    publisher = new OutcomePublisher({
      send: async () => {
        sends++;
        if (refusals-- > 0) throw new Error('the broker is away');
        return receipt;
      },
      produce: async () => [],
      logger: createLogger('test', 'silent'),
      monotonic: () => performance.now(),
      random: () => 0,
    });
  });
  afterEach(() => void jest.useRealTimers());

  it('sends until it is acknowledged, pausing longer and longer, 5 s at most', async () => {
    refusals = 20;
    const published = publisher.publish(record, () => true);
    await pass(60_000);
    await expect(published).resolves.toBe(true);
    expect(sends).toBe(21);
  });

  it('gives up once it is not wanted any more, having tried once at least', async () => {
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

  it('gives up when stopped', async () => {
    refusals = Infinity;
    const published = publisher.publish(record, () => true);
    await pass(1_000);
    publisher.stop();
    await expect(published).resolves.toBe(false);
  });

  it('is unhealthy while nothing was acknowledged for 10 s, and healthy once something is', async () => {
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
});
