import { describe, expect, it } from '@jest/globals';
import { schedulePreviewSchema } from '@jobstream/contracts/rest';
import { previewSchedule } from './schedule-preview.js';

const instant = Date.parse;

describe('the preview of a schedule', () => {
  it('has the next five times, by the clock of the zone too, and says which one is moved', () => {
    const timing = { kind: 'cron', cron: '30 2 * * *', timeZone: 'Europe/Berlin' } as const;
    const preview = previewSchedule(timing, instant('2027-03-26T12:00:00Z'));
    expect(schedulePreviewSchema.parse(preview)).toEqual({
      times: [
        { at: '2027-03-27T01:30:00.000Z', local: '2027-03-27T02:30:00+01:00', effect: null },
        { at: '2027-03-28T01:00:00.000Z', local: '2027-03-28T03:00:00+02:00', effect: 'moved' },
        { at: '2027-03-29T00:30:00.000Z', local: '2027-03-29T02:30:00+02:00', effect: null },
        { at: '2027-03-30T00:30:00.000Z', local: '2027-03-30T02:30:00+02:00', effect: null },
        { at: '2027-03-31T00:30:00.000Z', local: '2027-03-31T02:30:00+02:00', effect: null },
      ],
      clockChanges: [
        {
          at: '2027-03-28T01:00:00.000Z',
          local: '2027-03-28T03:00:00+02:00',
          effect: 'moved',
          detail: 'On 2027-03-28 the clock skips 02:30: it fires when the clock has moved.',
        },
        {
          at: '2027-10-31T01:00:00.000Z',
          local: '2027-10-31T02:00:00+01:00',
          effect: 'once',
          detail: 'On 2027-10-31 the clock shows 02:30 twice: it fires the first time.',
        },
      ],
    });
  });

  it('says of times that pass which come twice, and which are left out', () => {
    const timing = { kind: 'cron', cron: '15 */30 2 * * *', timeZone: 'Europe/Berlin' } as const;
    const { times, clockChanges } = previewSchedule(timing, instant('2027-10-30T23:30:00Z'));
    expect(times.map(({ local, effect }) => [local.slice(8), effect])).toEqual([
      ['31T02:00:15+02:00', 'twice'],
      ['31T02:30:15+02:00', 'twice'],
      ['31T02:00:15+01:00', 'twice'],
      ['31T02:30:15+01:00', 'twice'],
      ['01T02:00:15+01:00', null],
    ]);
    expect(clockChanges.map(({ detail }) => detail)).toEqual([
      'On 2027-10-31 the clock shows 02:00:15 twice: it fires both times.',
      'On 2028-03-26 the clock skips 02:00:15: it does not fire for the times that are skipped.',
      'On 2028-10-29 the clock shows 02:00:15 twice: it fires both times.',
    ]);
  });

  it('has times that are years apart, and those of equal steps', () => {
    const rare = { kind: 'cron', cron: '30 2 29 2 *', timeZone: 'Europe/Berlin' } as const;
    const now = instant('2027-01-01T00:00:00Z');
    expect(previewSchedule(rare, now)).toMatchObject({
      times: [2028, 2032, 2036, 2040, 2044].map((year) => ({ at: `${year}-02-29T01:30:00.000Z` })),
      clockChanges: [],
    });
    const steps = previewSchedule({ kind: 'every', everyMs: 3_600_000 }, now);
    expect(steps.times[0]).toEqual({
      at: '2027-01-01T01:00:00.000Z',
      local: '2027-01-01T01:00:00+00:00',
      effect: null,
    });
  });
});
