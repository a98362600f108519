import { describe, expect, it } from '@jest/globals';
import { faultsOf } from '../problems/faults.js';
import { scheduleNameSchema, scheduleSchema } from './schedule.js';

const job = { type: 'probe.run', payload: {} };

function faults(schedule: unknown): string[] {
  const { error } = scheduleSchema.safeParse(schedule);
  return error ? faultsOf(error).map(({ pointer, detail }) => `${pointer} ${detail}`) : [];
}

describe('a schedule', () => {
  it('has defaults for every field but its times and its job', () => {
    expect(scheduleSchema.parse({ every: '5m', job })).toEqual({
      every: '5m',
      misfire: 'skip',
      overlap: 'allow',
      paused: false,
      job,
    });
  });

  it.each([
    [{ job }, /^\/cron Give either/],
    [{ cron: '* * * * *', every: '1s', job }, /^\/every .*not both/],
    [{ every: '1s', timeZone: 'UTC', job }, /^\/timeZone Only cron/],
    [{ every: 'often', job }, /^\/every .*not a duration/],
    [{ every: '-1s', job }, /^\/every/],
    [{ every: '1s', misfire: 'all', job }, /^\/misfire/],
    [{ every: '1s' }, /^\/job/],
    [{ every: '1s', job: { ...job, id: 'x' } }, /^\/job\/id There is no such field/],
    [{ every: '1s', job: { ...job, priority: 'urgent' } }, /^\/job\/priority/],
    [{ every: '1s', job, owner: 'me' }, /^\/owner There is no such field/],
  ])('refuses %j', (schedule, fault) => {
    expect(faults(schedule)).toContainEqual(expect.stringMatching(fault));
  });

  it.each(['', 'A', 'a b', 'a/b', '../x', '-a', 'a'.repeat(65)])('refuses the name "%s"', (name) =>
    expect(scheduleNameSchema.safeParse(name).success).toBe(false),
  );
});
