import { describe, expect, it } from '@jest/globals';
import { LanePicker, laneShares, pickLanes, type PickLane } from './lane-picker.js';

const picks = (count: number, ...withWork: PickLane[]): PickLane[] => {
  const picker = new LanePicker();
  return Array.from({ length: count }, () => picker.next((lane) => withWork.includes(lane))!);
};
const countOf = (picked: PickLane[], lane: PickLane) => picked.filter((other) => other === lane).length;

describe('LanePicker', () => {
  it('gives each lane its share while all have work', () => {
    const picked = picks(250, ...pickLanes);
    for (const lane of pickLanes) expect(countOf(picked, lane)).toBe(laneShares[lane] * 10);
  });

  it('starves no lane: a lane with work waits one round of shares at most', () => {
    const picked = picks(1_000, ...pickLanes);
    const turns = picked.flatMap((lane, at) => (lane === 'low' ? [at] : []));
    const gaps = turns.slice(1).map((turn, at) => turn - turns[at]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(26);
  });

  it('picks the high lane first', () => {
    expect(picks(1, 'low', 'normal', 'high')).toEqual(['high']);
  });

  it('gives all picks to a lane that is alone', () => {
    expect(picks(5, 'low')).toEqual(['low', 'low', 'low', 'low', 'low']);
  });

  it('picks no lane when none has work', () => {
    expect(new LanePicker().next(() => false)).toBeUndefined();
  });

  it('lets no lane save up turns while it has no work', () => {
    const picker = new LanePicker();
    for (let at = 0; at < 100; at++) picker.next((lane) => lane === 'high' || (lane === 'low' && at === 0));
    const picked = Array.from({ length: 25 }, () =>
      picker.next((lane) => lane === 'high' || lane === 'low')!,
    );
    expect(countOf(picked, 'low')).toBeLessThanOrEqual(2);
  });
});
