import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';

const replayed = 10_000;
const rate = 200;
const livePerSecond = 50;
const calmMs = 50_000;

describe('live jobs during a replay', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 },
    });
    const items = Array.from({ length: replayed }, () => ({
      type: 'probe.run',
      payload: { failRuns: 1, failWith: 'non-retryable' },
    }));
    await platform.api.post('/v1/jobs/batch', { items });
    await eventually(
      async () => {
        const { body } = await platform.api.get<{ deadLetters: number }>('/v1/queues/probe');
        expect(body.deadLetters).toBe(replayed);
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
  }, 180_000);
  afterAll(() => platform?.stop());

  /** Submits live jobs, evenly, as long as `goesOn`; answers how long each waited from its acceptance to its start, sorted. */
  async function measure(goesOn: () => boolean): Promise<number[]> {
    const submitted: Promise<string>[] = [];
    for (let next = performance.now(); goesOn(); next += 1_000 / livePerSecond) {
      await delay(Math.max(next - performance.now(), 0));
      submitted.push(platform.api.submitted('probe.run', {}));
    }
    const waits: number[] = [];
    for (const id of await Promise.all(submitted)) {
      const { createdAt, startedAt } = await platform.api.finished(id, { timeoutMs: 60_000 });
      waits.push(Date.parse(startedAt as string) - Date.parse(createdAt as string));
    }
    return waits.sort((a, b) => a - b);
  }

  const at = (sorted: number[], share: number) => sorted[Math.ceil(sorted.length * share) - 1]!;

  it(`of ${replayed} jobs start within twice their calm p99`, async () => {
    const calmUntil = performance.now() + calmMs;
    const calm = await measure(() => performance.now() < calmUntil);

    const { body } = await platform.api.post('/v1/replays', {
      source: 'dead-letters',
      queue: 'probe',
      rate,
      why: 'a measurement',
    });
    let state = body.state as string;
    const watching = eventually(
      async () => {
        state = (await platform.api.get(`/v1/replays/${body.id as string}`)).body.state as string;
        expect(state).toBe('finished');
      },
      { timeoutMs: 300_000, everyMs: 500 },
    );
    const during = await measure(() => state !== 'finished');
    await watching;
    const replay = (await platform.api.get(`/v1/replays/${body.id as string}`)).body;
    expect(replay).toMatchObject({ replayed, failed: 0 });
    console.log(
      `accept to start of ${livePerSecond} live jobs a second: calm p50 ${at(calm, 0.5)} ms, p99 ${at(calm, 0.99)} ms ` +
        `(${calm.length} jobs); during a replay of ${replayed} at ${rate}/s p50 ${at(during, 0.5)} ms, ` +
        `p99 ${at(during, 0.99)} ms (${during.length} jobs)`,
    );
    expect(at(during, 0.99)).toBeLessThan(2 * at(calm, 0.99));
  }, 600_000);
});
