import { describe, expect, it } from '@jest/globals';
import { faultsOfTiming } from './timing.js';

const faultsOfCron = (cron: string, timeZone = 'UTC') => faultsOfTiming({ kind: 'cron', cron, timeZone });

describe('timings', () => {
  it.each([
    '0 3 * * *',
    '*/5 * * * * *',
    '30 2 * * MON-FRI',
    '0 0 L * *',
    '0 0 29 2 *',
    '0 9 * * MON#1',
    '@daily',
    ' 0  3 * * * ',
  ])('take "%s"', (cron) => expect(faultsOfCron(cron, 'Europe/Berlin')).toEqual([]));

  it.each([
    ['61 * * * *', /field minute can't be "61": a value is out of range. It takes 0 to 59/],
    ['* 24 * * *', /field hour can't be "24".* 0 to 23/],
    ['* * 32 * *', /field day of month can't be "32".* 1 to 31/],
    ['* * 0 * *', /field day of month can't be "0"/],
    ['* * * 13 *', /field month can't be "13"/],
    ['* * * FOO *', /field month can't be "FOO": it has characters that mean nothing here/],
    ['* * * * 8', /field day of week can't be "8"/],
    ['* * * * 1#6', /field day of week can't be "1#6": nth weekday/],
    ['60 * * * * *', /field second can't be "60"/],
    ['5-1 * * * *', /field minute can't be "5-1": from value is larger/],
    ['*/0 * * * *', /field minute can't be "\*\/0": illegal stepping/],
    ['1- * * * *', /field minute can't be "1-": a part of it is no number/],
    [', * * * *', /field minute can't be ",": a value is missing/],
    ['* * * *', /has 4 fields. It takes five/],
    ['* * * * * * *', /has 7 fields/],
    ['', /has 0 fields/],
    ['@never', /has 1 fields|field/],
    ['0 0 30 2 *', /would never fire/],
    ['* '.repeat(200), /at most 256 characters/],
  ])('refuse "%s", naming the field and why', (cron, why) => {
    expect(faultsOfCron(cron)).toEqual([{ part: 'cron', detail: expect.stringMatching(why) }]);
  });

  it('name every bad field, and the zone beside them', () => {
    expect(faultsOfCron('61 25 * * *', 'Mars/Olympus')).toEqual([
      { part: 'cron', detail: expect.stringContaining('field minute') },
      { part: 'cron', detail: expect.stringContaining('field hour') },
      { part: 'timeZone', detail: expect.stringContaining('"Mars/Olympus" is no time zone') },
    ]);
  });

  it.each(['', '+02:00', '__proto__', 'Europe/Atlantis', 'x'.repeat(5_000)])('refuse the zone "%s"', (zone) =>
    expect(faultsOfCron('0 3 * * *', zone)).toEqual([
      { part: 'timeZone', detail: expect.stringContaining('IANA') },
    ]),
  );

  it.each([0, -1_000, 999, 1_500, 367 * 86_400_000])('refuse a step of %d ms', (everyMs) =>
    expect(faultsOfTiming({ kind: 'every', everyMs })).toEqual([
      { part: 'every', detail: expect.stringContaining('whole seconds, 1s to 366d') },
    ]),
  );
});
