import { describe, expect, it } from '@jest/globals';
import { ageOfOldest } from './oldest-waiting.js';
import type { LaneState } from './queue-states.js';

const now = 1_700_000_000_000;

/** A lane whose partitions hold records of these ages, oldest first, and how many of each are finished. */
function laneOf(topic: string, partitions: { ages: number[]; finished: number }[]) {
  const lane: LaneState = {
    lane: 'normal',
    topic,
    isRetry: false,
    committed: partitions.map(({ finished }) => finished),
    ends: partitions.map(({ ages }) => ages.length),
  };
  const offsetsAt = (time: number) =>
    partitions.map(({ ages }) => {
      const at = ages.findIndex((age) => now - age >= time);
      return at === -1 ? ages.length : at;
    });
  return { lane, offsetsAt };
}

async function measure(lanes: ReturnType<typeof laneOf>[], near?: number) {
  let asked = 0;
  const age = await ageOfOldest(
    lanes.map(({ lane }) => lane),
    now,
    async (topics, time) => {
      asked++;
      return new Map(
        lanes.flatMap(({ lane, offsetsAt }) =>
          topics.includes(lane.topic) ? [[lane.topic, offsetsAt(time)] as const] : [],
        ),
      );
    },
    near,
  );
  return { age, asked };
}

describe('the age of the oldest unfinished request', () => {
  it('is null when all are finished', async () => {
    expect(await measure([laneOf('a', [{ ages: [9_000, 5_000], finished: 2 }])])).toEqual({
      age: null,
      asked: 0,
    });
    expect(await measure([])).toEqual({ age: null, asked: 0 });
  });

  it.each([0, 300, 700, 3_000, 61_000, 3_600_000, 86_400_000, 30 * 86_400_000])(
    'is exact to half a second or 5 %%: %i ms',
    async (oldest) => {
      const { age, asked } = await measure([
        laneOf('a', [{ ages: [oldest * 2 + 10_000, oldest, oldest / 2], finished: 1 }]),
        laneOf('b', [
          { ages: [oldest / 3], finished: 0 },
          { ages: [], finished: 0 },
        ]),
      ]);
      expect(Math.abs(age! - oldest)).toBeLessThanOrEqual(Math.max(500, oldest * 0.05));
      expect(asked).toBeLessThan(25);
    },
  );

  it.each([
    [61_000, 61_000, 2],
    [61_000, 62_000, 2],
    [61_000, 5_000, 24],
    [3_000, 3_600_000, 24],
    [0, 86_400_000, 24],
    [700, 100, 24],
  ])(
    'is found from what it was last, near it with two questions: %i ms, %i ms before',
    async (oldest, near, most) => {
      const { age, asked } = await measure([laneOf('a', [{ ages: [oldest, 0], finished: 0 }])], near);
      expect(Math.abs(age! - oldest)).toBeLessThanOrEqual(Math.max(500, oldest * 0.05));
      expect(asked).toBeLessThanOrEqual(most);
    },
  );

  it('is found even for a record older than 1970', async () => {
    expect((await measure([laneOf('a', [{ ages: [now], finished: 0 }])])).asked).toBeLessThan(40);
  });
});
