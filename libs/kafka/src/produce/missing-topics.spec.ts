import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TopicSpec } from '../client/topic-admin.js';
import { MissingTopics } from './missing-topics.js';

describe('MissingTopics', () => {
  const ours = { name: 'jobs.ours', partitions: 3, cleanup: 'compact' } as const;
  let now: number;
  let asked: (readonly TopicSpec[])[];
  let made: string[];
  let answer: () => Promise<void>;
  let missing: MissingTopics;
  const settled = () => new Promise(setImmediate);

  beforeEach(() => {
    now = 0;
    asked = [];
    made = [];
    answer = async () => undefined;
    missing = new MissingTopics({
      admin: {
        ensureTopics: async (specs) => {
          asked.push(specs);
          await answer();
          return [];
        },
      },
      specs: () => [ours],
      log: () => undefined,
      onMade: (topic) => made.push(topic),
      monotonic: () => now,
    });
  });

  it('makes a topic of ours by its specification, once however often it is asked for', async () => {
    for (let times = 0; times < 10; times += 1) missing.make(ours.name);
    expect(missing.isMaking(ours.name)).toBe(true);
    await settled();
    expect(asked).toEqual([[ours]]);
    expect(made).toEqual([ours.name]);
    expect(missing.isMaking(ours.name)).toBe(false);
  });

  it('makes no topic that is not ours', () => {
    missing.make('jobs.theirs');
    expect(missing.isMaking('jobs.theirs')).toBe(false);
    expect(asked).toEqual([]);
  });

  it('tries again after 5 s where it fails', async () => {
    answer = () => Promise.reject(new Error('not allowed'));
    for (now = 0; now < 15_000; now += 1_000) {
      missing.make(ours.name);
      await settled();
    }
    expect(asked).toHaveLength(3);
    expect(made).toEqual([]);
  });
});
