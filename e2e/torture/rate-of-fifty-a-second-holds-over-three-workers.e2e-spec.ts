import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobView } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';

const perSecond = 50;
const seconds = 30;
/** More than start in the time, so that jobs wait to its end. */
const jobs = perSecond * (seconds + 6);

describe('a rate of fifty a second holds over three workers', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 3 } });
  });
  afterAll(() => platform?.stop());

  it('within 5 % over 30 s', async () => {
    const { status } = await platform.api.request('PUT', '/v1/queues/probe/limits', {
      body: JSON.stringify({ rate: `${perSecond}/s` }),
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(202);
    const items = Array.from({ length: jobs }, () => ({ type: 'probe.run', payload: {} }));
    expect((await platform.api.post('/v1/jobs/batch', { items })).status).toBe(202);
    const done = await eventually(
      async () => {
        const all = await succeeded(platform);
        expect(all).toHaveLength(jobs);
        return all;
      },
      { timeoutMs: 180_000, everyMs: 1_000 },
    );
    const starts = done.map(({ startedAt }) => Date.parse(startedAt!)).sort((a, b) => a - b);
    const from = starts[0]! + 2_000; // all three have their first batches
    const within = starts.filter((at) => at >= from && at < from + seconds * 1_000).length;
    console.log(`50/s over three workers: ${(within / seconds).toFixed(2)}/s over ${seconds} s`);
    expect(within / seconds).toBeGreaterThan(perSecond * 0.95);
    expect(within / seconds).toBeLessThan(perSecond * 1.05);
  });
});

async function succeeded(platform: Platform): Promise<JobView[]> {
  const found: JobView[] = [];
  for (let cursor = ''; ;) {
    const { body } = await platform.api.get<{ items: JobView[]; next: string | null }>(
      `/v1/jobs?state=succeeded&limit=500${cursor}`,
    );
    found.push(...body.items);
    if (body.next === null) return found;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
}
