import { setTimeout as until } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';
import { AcceptedLoad } from '../accepted-load.js';
import { AttemptLedger } from '../attempt-ledger.js';

const jobs = 24_000;
const sleepMs = 200;
const calmMs = 10_000;
const churnMs = 60_000;
const everyMs = 3_000;
const maxWorkers = 4;
const minWorkers = 2;

describe('workers that come and go keep work flowing', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 3 },
      environment: { CONCURRENCY: '20' },
    });
  });
  afterAll(async () => {
    await platform?.stop();
  });

  it('every few seconds for a minute: at 30 % of calm or more, and no more reruns than were in flight on what moved', async () => {
    const load = new AcceptedLoad(platform);
    const ledger = new AttemptLedger(platform);
    for (let sent = 0; sent < jobs; sent += 6_000) await load.submitBatch('probe.run', { sleepMs }, 6_000);
    const endedOver = async (ms: number, meanwhile: () => Promise<void>): Promise<number> => {
      const [before, began] = [ledger.ended(), performance.now()];
      await Promise.all([until(ms), meanwhile()]);
      return ((ledger.ended() - before) * 1_000) / (performance.now() - began);
    };
    await eventually(() => expect(ledger.ended()).toBeGreaterThan(500));
    const calm = await endedOver(calmMs, async () => undefined);
    const longestCalmGap = ledger.longestGap(Date.now() - calmMs, Date.now());

    const changes: { at: number; change: 'added' | 'removed' }[] = [];
    let growing = true;
    const churn = await endedOver(churnMs, async () => {
      for (const began = Date.now(); Date.now() - began < churnMs - everyMs; await until(everyMs)) {
        const workers = platform.all('probe-worker');
        growing = workers.length <= minWorkers || (growing && workers.length < maxWorkers);
        changes.push({ at: Date.now(), change: growing ? 'added' : 'removed' });
        if (growing) await platform.launch('probe-worker');
        else expect(await workers[0]!.stop()).toBe(0);
      }
    });

    await eventually(
      async () => expect(await load.readLog(['probe'])).toEqual({ lost: [], unexpected: [] }),
      {
        timeoutMs: 180_000,
        everyMs: 5_000,
      },
    );
    const inFlight = ledger.inFlightOnLost();
    const rerun = ledger.rerun();
    const gaps = changes.map(({ at }) => ledger.longestGap(at, at + everyMs)).sort((a, b) => a - b);
    console.log(
      `calm ${Math.round(calm)} jobs/s, ${changes.length} changes of membership: ${Math.round(churn)} jobs/s ` +
        `(${Math.round((churn / calm) * 100)} %); ${rerun.size} of ${jobs} rerun, ${inFlight} in flight on partitions that moved; ` +
        `longest pause between starts: calm ${longestCalmGap} ms, around a change median ${gaps[gaps.length >> 1]} ms, most ${gaps.at(-1)} ms`,
    );
    expect(changes.length).toBeGreaterThan(6);
    expect(churn).toBeGreaterThan(0.3 * calm);
    expect(rerun.size).toBeLessThanOrEqual(inFlight);
    expect(inFlight).toBeGreaterThan(0);
  }, 900_000);
});
