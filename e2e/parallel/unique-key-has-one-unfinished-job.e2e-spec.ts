import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform, readTopics } from '@jobstream/testing';
import { countTakenKeys, judgeLives, UniqueLoad } from '../unique-load.js';

describe('a unique key', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 2, projector: 1, scheduler: 1, 'probe-worker': 2, 'maintenance-worker': 2 },
      ownRoles: true,
    });
  });
  afterAll(() => platform?.stop());

  it('never has two unfinished jobs, and is free in the end, while workers and APIs die', async () => {
    const keys = Array.from({ length: 10 }, (_, nth) => `key ${nth}`);
    const load = new UniqueLoad(platform, keys, { sleepMs: 50 });
    let isKilling = true;
    const submitting = load.submitUntil((submitted) => !isKilling && submitted >= 300);
    for (const names of [
      ['probe-worker', 'api'],
      ['probe-worker', 'projector'],
    ]) {
      // A kill that finds no key taken would prove little.
      await eventually(async () => expect(await countTakenKeys(platform)).toBeGreaterThan(2));
      await Promise.all(names.map((name) => platform.crash(platform.all(name)[0]!)));
    }
    isKilling = false;
    await submitting;
    await load.ended(60_000);
    await eventually(async () => expect(await countTakenKeys(platform)).toBe(0));
    const { named, jobs, overlapping } = await load.judge();
    console.log(
      `${load.submitted} submissions of 10 keys: ${jobs.length} jobs, ${load.existing} answers with one that was there`,
    );
    expect(overlapping).toEqual([]);
    expect(jobs.length).toBeGreaterThan(2 * keys.length);
    expect(load.existing).toBeGreaterThan(0);
    expect(new Set(jobs)).toEqual(new Set([...named, ...jobs]));
  });

  it('never has two unfinished jobs, and is free in the end, where handlers enqueue them and their workers die', async () => {
    const { api } = platform;
    const keys = ['ada', 'grace', 'joan'];
    const parents = await Promise.all(
      Array.from({ length: 30 }, (_, nth) => {
        const key = keys[nth % keys.length];
        return api.submitted('probe.run', { fanOut: 4, childKey: key, note: key, sleepMs: 200 });
      }),
    );
    await eventually(async () => expect(await countTakenKeys(platform)).toBeGreaterThan(0), { everyMs: 20 });
    const victims = ['probe-worker', 'maintenance-worker'].map((name) => platform.all(name)[0]!);
    await Promise.all(victims.map((victim) => platform.crash(victim)));
    const makers: string[] = [];
    for (const parent of parents) {
      const { result } = await api.finished(parent);
      makers.push(...(result as { children: string[] }).children);
    }
    expect(new Set(makers).size).toBe(120);
    const named = new Set<string>();
    let existing = 0;
    for (const id of makers) {
      const maker = await api.finished(id);
      expect(maker).toMatchObject({ type: 'job.make', state: 'succeeded' });
      const { job, existing: isFound } = maker.result as { job: string; existing: boolean };
      named.add(job);
      if (isFound) existing += 1;
    }
    for (const id of named) await api.finished(id);
    await eventually(async () => expect(await countTakenKeys(platform)).toBe(0));
    const { jobs, overlapping } = await judgeLives(platform, ({ parent }) => parent !== undefined);
    console.log(`120 jobs of 3 keys enqueued: ${jobs.length} made, ${existing} times one that was there`);
    expect(overlapping).toEqual([]);
    expect(new Set(jobs)).toEqual(named);
    expect(existing).toBeGreaterThan(0);
  });

  it('that is debounced makes one job, after quiet, with the last payload', async () => {
    const { api } = platform;
    let last = 0;
    const ids = new Set<unknown>();
    for (let nth = 0; nth < 200; nth += 1) {
      const { status, body } = await api.post('/v1/jobs', {
        type: 'probe.run',
        payload: { note: `debounced ${nth}` },
        unique: { key: 'debounced', debounce: '2s', max: '10m' },
      });
      expect(status).toBe(202);
      ids.add(body.id);
      last = Date.now();
    }
    expect(ids.size).toBe(1);
    const [id] = ids as Set<string>;
    const job = await api.finished(id!);
    expect(job).toMatchObject({ state: 'succeeded', payload: { note: 'debounced 199' } });
    const requests = (await readTopics([platform.topics.requests('probe')])).filter(
      ({ key }) => String(key) === id,
    );
    expect(requests).toHaveLength(1);
    expect(requests[0]!.timestamp - last).toBeGreaterThanOrEqual(1_900);
  });
});
