import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';
import { countTakenKeys, UniqueLoad } from '../unique-load.js';

const submissions = 10_000;

describe('10,000 submissions of 100 unique keys', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 2, projector: 2, scheduler: 2, 'probe-worker': 3 },
      ownRoles: true,
    });
  });
  afterAll(() => platform?.stop());

  it('never have two unfinished jobs of a key, and leave no key taken, while everything dies', async () => {
    const keys = Array.from({ length: 100 }, (_, nth) => `key ${nth}`);
    const load = new UniqueLoad(platform, keys, { sleepMs: 20 });
    const submitting = load.submitUntil((submitted) => submitted >= submissions, 100);
    const kills: string[] = [];
    for (const name of [
      'probe-worker',
      'api',
      'projector',
      'scheduler',
      'probe-worker',
      'api',
      'projector',
    ]) {
      // Spread over the whole time, and each while keys are taken.
      await eventually(
        async () => {
          expect(load.submitted).toBeGreaterThan((kills.length + 1) * (submissions / 10));
          expect(await countTakenKeys(platform)).toBeGreaterThan(0);
        },
        { timeoutMs: 300_000 },
      );
      await platform.crash(platform.all(name)[0]!);
      kills.push(name);
    }
    await submitting;
    await load.ended(120_000);
    await eventually(async () => expect(await countTakenKeys(platform)).toBe(0), { timeoutMs: 60_000 });
    const { named, jobs, overlapping } = await load.judge();
    console.log(
      `${kills.length} kills, ${jobs.length} jobs, ${load.existing} answers with one that was there`,
    );
    expect(overlapping).toEqual([]);
    expect(new Set(jobs)).toEqual(new Set([...named, ...jobs]));
  }, 900_000);
});
