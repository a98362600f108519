import { describe, expect, it } from '@jest/globals';
import { scheduleSchema, type ScheduleView } from '@jobstream/contracts/rest';
import { timingOfTyped, typedOf, wishOfTyped } from './schedule-form.js';

const nightly: ScheduleView = {
  name: 'nightly',
  id: 'a',
  cron: '0 3 * * *',
  timeZone: 'Europe/Berlin',
  every: null,
  misfire: 'fire-once',
  overlap: 'skip',
  paused: true,
  origin: 'rest',
  job: { type: 'probe.run', payload: { sleepMs: 5 }, priority: 'low', submittedFor: 'ada' },
  nextFireAt: null,
  nextFireTimes: [],
  lastFireAt: null,
  firings: [],
};

describe('the form of a schedule', () => {
  it('puts a schedule that it was opened with as it was', () => {
    const { cron, timeZone, misfire, overlap, paused, job } = nightly;
    expect(wishOfTyped(typedOf(nightly), { value: nightly.job.payload }, true)).toEqual({
      cron,
      timeZone,
      misfire,
      overlap,
      paused,
      job,
    });
    const steps = { ...nightly, cron: null, timeZone: null, every: '300s' };
    expect(wishOfTyped(typedOf(steps), { value: nightly.job.payload }, true)).toEqual({
      every: '300s',
      misfire,
      overlap,
      paused,
      job,
    });
  });

  it('makes what the server takes, without what is empty', () => {
    const typed = { ...typedOf(undefined), name: ' nightly ', type: 'probe.run', timeZone: ' ' };
    const wish = wishOfTyped(typed, { value: {} }, false);
    expect(wish).toEqual({
      cron: '0 3 * * *',
      misfire: 'skip',
      overlap: 'allow',
      paused: false,
      job: { type: 'probe.run', payload: {} },
    });
    expect(scheduleSchema.safeParse(wish).success).toBe(true);
  });

  it.each([
    ['a name', { name: '' }, { value: {} }],
    ['a type', { type: ' ' }, { value: {} }],
    ['a payload that could be read', {}, { fault: 'This is not JSON.' }],
  ])('makes nothing without %s', (_, missing, payload) => {
    expect(wishOfTyped({ ...typedOf(nightly), ...missing }, payload, false)).toBeUndefined();
  });

  it('asks about the way of timing that is chosen alone', () => {
    const typed = typedOf(nightly);
    expect(timingOfTyped(typed)).toEqual({ cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
    expect(timingOfTyped({ ...typed, kind: 'every' })).toEqual({ every: '5m' });
  });
});
