import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';
import { AttemptLedger } from '../attempt-ledger.js';

const slots = 10;

describe('SIGTERM finishes what runs', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      environment: { CONCURRENCY: String(slots) },
    });
  });
  afterAll(() => platform?.stop());

  it('a worker ends with code 0, its running jobs succeed once, and the next worker takes the rest', async () => {
    const ids = await Promise.all(
      Array.from({ length: 40 }, () => platform.api.submitted('probe.run', { sleepMs: 1_500 })),
    );
    const worker = platform.one('probe-worker');
    const ledger = new AttemptLedger(platform);
    await eventually(() => expect(ledger.running(worker)).toBeGreaterThan(3));
    expect(await worker.stop()).toBe(0);
    const finished = ledger.ended();
    expect(ledger.running(worker)).toBe(0);
    expect(finished).toBeLessThan(ids.length);
    await platform.launch('probe-worker');
    const jobs = await Promise.all(ids.map((id) => platform.api.finished(id)));
    expect(jobs.map(({ state, deliveries }) => ({ state, deliveries }))).toEqual(
      ids.map(() => ({ state: 'succeeded', deliveries: 1 })),
    );
    console.log(
      `SIGTERM: ${finished} of ${ids.length} jobs finished by the worker, the rest by the next, each once`,
    );
  });
});
