import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from '@jobstream/testing';
import { KillerLoad, type ProbeJob } from '../killer-load.js';

const concurrency = 50;
const burst = 500;
/** Jobs that come all the time, so that a halt can be seen. */
const perSecond = 100;
const everyMs = 100;
const calmSeconds = 5;
const seconds = 60;
/** What counts as the usual throughput again. */
const usualShare = 0.9;

describe('one worker of three, with a killer among 500 quick jobs', () => {
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

  const quickJob = (partition?: number): ProbeJob => ({
    id: load.newId(partition),
    payload: { sleepMs: 30 },
  });

  it.each([
    ['one that ends it by SIGKILL', 1, 'crash', undefined],
    ['three that end it by an exit code, all in one partition', 3, 'exit', 0],
  ] as const)('has its usual throughput within 10 s: %s', async (_, killerCount, failWith, partition) => {
    const killers = Array.from({ length: killerCount }, (): ProbeJob => ({
      id: load.newId(partition),
      payload: { sleepMs: 30, failWith, failTimes: 1_000 },
    }));
    const quick: ProbeJob[] = [];
    const submitQuick = async (count: number, among: readonly ProbeJob[] = [], within?: number) => {
      const jobs = Array.from({ length: count }, () => quickJob(within));
      quick.push(...jobs);
      await load.submit(jobs.toSpliced(20, 0, ...among.slice(0, 1)).toSpliced(100, 0, ...among.slice(1)));
    };
    const startedAt = Date.now();
    for (let round = 0; round * everyMs < seconds * 1_000; round += 1) {
      if (round === (calmSeconds * 1_000) / everyMs) await submitQuick(burst, killers, partition);
      else await submitQuick((perSecond * everyMs) / 1_000);
      await pause(Math.max(0, startedAt + (round + 1) * everyMs - Date.now()));
    }
    const submittedUntil = Date.now();
    const ends = await load.ends(quick.length + killerCount);

    for (const { id } of killers)
      expect(ends.get(id)!.record).toMatchObject({
        phase: 'dead_lettered',
        value: { reason: 'crashed', error: { code: 'crashed' }, attempts: 1 },
      });
    const starts = load.startsById();
    const again = quick.filter(({ id }) => starts.get(id)! > 1).map(({ id }) => starts.get(id)!);
    const firstDeath = load.deaths[0]!.at;
    const slowAfter = lastSlowSecond(
      [...ends.values()].map(({ at }) => at),
      firstDeath,
      submittedUntil,
    );
    console.log(
      `${load.deaths.length} workers died; killers started ${killers.map(({ id }) => starts.get(id)).join(', ')} times; ` +
        `${again.length} of ${quick.length} quick jobs started again, ${again.filter((times) => times > 2).length} of them more than once; ` +
        `usual throughput ${slowAfter} s after the first death`,
    );
    for (const { id } of quick)
      expect(ends.get(id)!.record).toMatchObject({ phase: 'succeeded', attempt: 1 });
    expect(again.length).toBeGreaterThan(0);
    expect(again.filter((times) => times > 2)).toEqual([]);
    expect(slowAfter).toBeLessThanOrEqual(10);
  });
});

/** The end of the last second after the death in which fewer jobs ended than usual, in seconds after it. */
function lastSlowSecond(ends: readonly number[], death: number, until: number): number {
  const whole = Math.floor((until - death) / 1_000);
  const perSecondAfter = Array.from({ length: whole }, () => 0);
  for (const at of ends) {
    const second = Math.floor((at - death) / 1_000);
    if (second >= 0 && second < whole) perSecondAfter[second]! += 1;
  }
  return perSecondAfter.findLastIndex((count) => count < perSecond * usualShare) + 1;
}
