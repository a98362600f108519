import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from '@jobstream/testing';
import { KillerLoad, type ProbeJob } from '../killer-load.js';

const concurrency = 50;
const quickJobs = 300;
const lastWords = 'The probe exits as asked.';

describe('a killer job hurts no other', () => {
  let platform: Platform;
  let load: KillerLoad;

  beforeEach(async () => {
    platform = await Platform.start({
      services: { 'probe-worker': 3 },
      environment: { CONCURRENCY: String(concurrency) },
      publishesTypes: false,
    });
    load = new KillerLoad(platform);
  });
  afterEach(async () => {
    load?.end();
    await platform?.stop();
  });

  it.each([
    ['one that ends it by SIGKILL, among jobs of all partitions', 1, 'crash', undefined],
    ['three that end it by an exit code, all in one partition', 3, 'exit', 0],
  ] as const)('%s', async (_, killerCount, failWith, partition) => {
    const startedAt = performance.now();
    const killers = Array.from({ length: killerCount }, (): ProbeJob => ({
      id: load.newId(partition),
      payload: { sleepMs: 100, failWith, failTimes: 1_000 },
    }));
    const quick = Array.from({ length: quickJobs }, (_, n): ProbeJob => ({
      id: load.newId(partition),
      // Many are under way when the worker dies.
      payload: { sleepMs: n % 2 === 0 ? 300 : 30 },
    }));
    const jobs = quick.toSpliced(20, 0, killers[0]!).toSpliced(100, 0, ...killers.slice(1));
    await load.submit(jobs);
    const ends = await load.ends(jobs.length);

    const end = failWith === 'crash' ? { code: null, signal: 'SIGKILL' } : { code: 3, signal: null };
    expect(load.deaths.length).toBeGreaterThan(0);
    for (const death of load.deaths) expect(death).toMatchObject(end);
    for (const { id } of killers) {
      const { record } = ends.get(id)!;
      expect(record).toMatchObject({
        phase: 'dead_lettered',
        attempt: 1,
        value: { reason: 'crashed', error: { code: 'crashed' }, attempts: 1 },
      });
      const { message } = (record.value as { error: { message: string } }).error;
      expect(message).toContain(failWith === 'crash' ? 'SIGKILL' : 'exit code 3');
      if (failWith === 'exit') expect(message).toContain(lastWords);
    }
    const starts = load.startsById();
    for (const { id } of quick) {
      expect(ends.get(id)!.record).toMatchObject({ phase: 'succeeded', attempt: 1 });
      expect(starts.get(id)).toBeLessThanOrEqual(2);
    }
    const again = quick.filter(({ id }) => starts.get(id) === 2).length;
    expect(again).toBeGreaterThan(0);
    const killerStarts = killers.map(({ id }) => starts.get(id)).join(', ');
    console.log(
      `${load.deaths.length} workers died; ${again} of ${quickJobs} quick jobs started twice; ` +
        `killers started ${killerStarts} times; all over after ${Math.round(performance.now() - startedAt)} ms`,
    );
  });
});
