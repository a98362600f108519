import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  deriveJobId,
  firstScheduleId,
  isJobId,
  lowestJobId,
  newJobId,
  newOrderedId,
  scheduledJobId,
} from './job-id.js';

describe('job ids', () => {
  it('are UUIDv7', () => {
    expect(isJobId(newJobId())).toBe(true);
    expect(isJobId('6ba7b810-9dad-41d1-80b4-00c04fd430c8')).toBe(false);
    expect(isJobId('nonsense')).toBe(false);
  });

  it('derive the same valid id from the same seed and name, with the seed’s time', () => {
    const seed = '0190163d-8694-739b-aea5-966c26f8ad91';
    const id = deriveJobId(seed, 'item:7');
    expect(id).toBe(deriveJobId(seed.toUpperCase(), 'item:7'));
    expect(isJobId(id)).toBe(true);
    expect(id.slice(0, 13)).toBe(seed.slice(0, 13));
    expect(new Set([id, deriveJobId(seed, 'item:8'), deriveJobId(newJobId(), 'item:7')]).size).toBe(3);
  });

  it('sort in the order in which they were drawn, where that is asked for, though the clock stands still or goes back', () => {
    const ids: string[] = [];
    for (const now of [5, 5, 5, 4, 6, 1, 6]) ids.push(newOrderedId(now, ids.at(-1)));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(isJobId)).toBe(true);
    const last = `${lowestJobId(7).slice(0, 24)}ffffffffffff`;
    expect(newOrderedId(7, last) > last).toBe(true);
  });

  it('are not below the lowest id of their instant', () => {
    const instant = Date.parse('2026-03-29T01:00:00.123Z');
    const lowest = lowestJobId(instant);
    expect(isJobId(lowest)).toBe(true);
    expect([lowestJobId(instant - 1) < lowest, deriveJobId(lowest, 'x') > lowest]).toEqual([true, true]);
    expect(deriveJobId(lowest, 'x') < lowestJobId(instant + 1)).toBe(true);
  });

  it('follow, for a schedule, from its name, its id and the instant', () => {
    const instant = Date.parse('2026-03-29T01:00:00Z');
    const schedule = { name: 'daily-stats', id: randomUUID() };
    const id = scheduledJobId(schedule, instant);
    expect(isJobId(id)).toBe(true);
    expect(id).toBe(scheduledJobId({ ...schedule }, instant));
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(instant);
    expect(id).not.toBe(scheduledJobId({ ...schedule, name: 'health-check' }, instant));
    expect(id).not.toBe(scheduledJobId({ ...schedule, id: randomUUID() }, instant));
    expect(id).not.toBe(scheduledJobId(schedule, instant + 1_000));
  });

  it('do not change for a schedule from before schedules had ids', () => {
    const instant = Date.parse('2026-03-29T01:00:00Z');
    expect(scheduledJobId({ name: 'daily-stats', id: firstScheduleId }, instant)).toBe(
      deriveJobId(lowestJobId(instant), 'schedule:daily-stats'),
    );
  });
});
