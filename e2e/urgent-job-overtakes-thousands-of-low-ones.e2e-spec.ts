import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';

const lowJobs = 6_000;
const minWaiting = 5_000;
const floodJobs = 400;
const sleepMs = 20;
const graceMs = 500;
const slots = 2;
/** Low jobs that can start within the duration of one job and the grace: a machine that stands starts none. */
const maxOvertaking = (slots * (sleepMs + graceMs)) / sleepMs;
/** Of the starts while high and low jobs wait and no others do. */
const reservedForLow = 1 / 17;

describe('an urgent job overtakes thousands of low ones', () => {
  let platform: Platform;
  let low: Set<string>;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      environment: { CONCURRENCY: String(slots) },
    });
    low = await submitBatch(lowJobs, 'low');
    await platform.one('probe-worker').logged(({ msg }) => msg === 'attempt started');
  });
  afterAll(() => platform?.stop());

  async function submitBatch(count: number, priority: string): Promise<Set<string>> {
    const items = Array.from({ length: count }, () => ({
      type: 'probe.run',
      payload: { sleepMs },
      priority,
    }));
    const { status, body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', {
      items,
    });
    expect(status).toBe(202);
    return new Set(body.items.map(({ id }) => id));
  }

  /** The jobs started so far, in the order of their starts. */
  const started = () =>
    platform
      .one('probe-worker')
      .log.filter(({ msg }) => msg === 'attempt started')
      .map(({ job }) => job as string);
  const lowWaiting = () => lowJobs - started().filter((job) => low.has(job)).length;

  it('by starting within the duration of one job and half a second, whether its priority is a word or a number', async () => {
    const waits: number[] = [];
    const overtaking: number[] = [];
    const worker = platform.one('probe-worker');
    for (const priority of ['high', 0, 3, 'high', 0, 3, 'high', 0, 3, 'high']) {
      const { status, body } = await platform.api.post('/v1/jobs', {
        type: 'probe.run',
        payload: {},
        priority,
      });
      const acceptedAt = Date.now();
      expect(status).toBe(202);
      const start = await worker.logged(({ msg, job }) => msg === 'attempt started' && job === body.id);
      waits.push(Math.max(Date.parse(start.time) - acceptedAt, 0));
      const meanwhile = worker.log
        .slice(0, worker.log.indexOf(start))
        .filter(({ time }) => Date.parse(time) >= acceptedAt);
      overtaking.push(
        meanwhile.filter(({ msg, job }) => msg === 'attempt started' && low.has(job as string)).length,
      );
      expect(lowWaiting()).toBeGreaterThanOrEqual(minWaiting);
      expect(await platform.api.job(body.id as string)).toMatchObject({ priority: 'high' });
    }
    waits.sort((a, b) => a - b);
    console.log(
      `${waits.length} high jobs before ${lowWaiting()} low ones that wait: ` +
        `started ${waits[waits.length >> 1]} ms after their 202 (median), ${waits.at(-1)} ms at most; ` +
        `meanwhile at most ${Math.max(...overtaking)} low ones started`,
    );
    expect(Math.max(...overtaking)).toBeLessThanOrEqual(maxOvertaking);
  });

  it('and takes nothing of the share reserved for low, when hundreds come at once', async () => {
    const flood = await submitBatch(floodJobs, 'high');
    await eventually(() => expect(started().filter((job) => flood.has(job))).toHaveLength(floodJobs));
    const all = started();
    const isHigh = all.map((job) => flood.has(job));
    const during = isHigh.slice(isHigh.indexOf(true), isHigh.lastIndexOf(true) + 1);
    const lowStarts = during.filter((high) => !high).length;
    const share = lowStarts / during.length;
    const longestRun = longestRunOf(during);
    console.log(
      `under a flood of ${floodJobs} high jobs ${lowStarts} of ${during.length} starts were low ones: ` +
        `${(share * 100).toFixed(1)} %, reserved ${(reservedForLow * 100).toFixed(1)} %; ` +
        `at most ${longestRun} high ones between two of them`,
    );
    expect(lowWaiting()).toBeGreaterThan(0);
    expect(share).toBeGreaterThanOrEqual(reservedForLow / 2);
    expect(share).toBeLessThan(1 / 4);
    expect(longestRun).toBeLessThanOrEqual(2 / reservedForLow);
  });
});

function longestRunOf(picks: readonly boolean[]): number {
  let [longest, run] = [0, 0];
  for (const picked of picks) {
    run = picked ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
