import { describe, expect, it } from '@jest/globals';
import { clockChangesOf } from './clock-changes.js';
import { nextOccurrences } from './due-occurrences.js';
import { writeLocalTime } from './local-time.js';

const instant = Date.parse;
const [from, until] = [instant('2027-01-01T00:00:00Z'), instant('2028-01-01T00:00:00Z')];

function changesOf(cron: string, timeZone: string) {
  return clockChangesOf({ kind: 'cron', cron, timeZone }, from, until).map(({ at, effect, named }) => [
    new Date(at).toISOString(),
    effect,
    new Date(named).toISOString().slice(11, 16),
  ]);
}

describe('the changes of the clock that concern a schedule', () => {
  it.each([
    ['a time by numbers', '30 2 * * *', 'moved', 'once', '02:30'],
    ['each half an hour of it', '*/30 2 * * *', 'left_out', 'twice', '02:00'],
    ['each minute of the day', '* * * * *', 'left_out', 'twice', '02:00'],
  ])('are both of a year for %s of the hour that is moved', (_, cron, spring, autumn, named) => {
    expect(changesOf(cron, 'Europe/Berlin')).toEqual([
      ['2027-03-28T01:00:00.000Z', spring, named],
      ['2027-10-31T01:00:00.000Z', autumn, named],
    ]);
  });

  it.each([
    ['the end of the gap', '0 3 * * *', 'Europe/Berlin'],
    ['the time before it', '59 1 * * *', 'Europe/Berlin'],
    ['another day of the week', '30 2 * * MON', 'Europe/Berlin'],
    ['a zone that moves no clock', '30 2 * * *', 'Asia/Tokyo'],
    ['UTC', '30 2 * * *', 'UTC'],
  ])('are none for %s', (_, cron, zone) => {
    expect(changesOf(cron, zone)).toEqual([]);
  });

  it('are none for equal steps', () => {
    expect(clockChangesOf({ kind: 'every', everyMs: 60_000 }, from, until)).toEqual([]);
  });

  it('follow clocks that move by half an hour, and those that move at midnight', () => {
    expect(changesOf('15 2 * * *', 'Australia/Lord_Howe')).toEqual([
      ['2027-10-02T15:30:00.000Z', 'moved', '02:15'],
    ]);
    expect(changesOf('45 1 * * *', 'Australia/Lord_Howe')).toEqual([
      ['2027-04-03T15:00:00.000Z', 'once', '01:45'],
    ]);
    expect(changesOf('30 23 * * *', 'America/Nuuk')).toContainEqual([
      '2027-03-28T01:00:00.000Z',
      'moved',
      '23:30',
    ]);
  });

  it('name the occurrences that they concern, as these happen', () => {
    const berlin = (cron: string) => ({ kind: 'cron', cron, timeZone: 'Europe/Berlin' }) as const;
    for (const [cron, changed, count] of [
      ['30 2 * * *', '2027-03-28T00:00:00Z', 1],
      ['*/30 2 * * *', '2027-03-28T00:00:00Z', 0],
      ['30 2 * * *', '2027-10-31T00:00:00Z', 1],
      ['*/30 2 * * *', '2027-10-31T00:00:00Z', 4],
    ] as const) {
      const [change] = clockChangesOf(berlin(cron), instant(changed) - 1, until);
      const occurrences = nextOccurrences(berlin(cron), instant(changed) - 1, 10);
      const concerned = occurrences.filter((at) => at >= change!.from && at < change!.until);
      expect([cron, changed, concerned.length]).toEqual([cron, changed, count]);
    }
  });
});

describe('a local time', () => {
  it.each([
    ['2027-03-28T00:59:59Z', 'Europe/Berlin', '2027-03-28T01:59:59+01:00'],
    ['2027-03-28T01:00:00Z', 'Europe/Berlin', '2027-03-28T03:00:00+02:00'],
    ['2027-01-01T00:00:00Z', 'America/St_Johns', '2026-12-31T20:30:00-03:30'],
    ['2027-01-01T00:00:00Z', 'UTC', '2027-01-01T00:00:00+00:00'],
  ])('is that of %s in %s', (at, zone, text) => {
    expect(writeLocalTime(instant(at), zone)).toBe(text);
    expect(new Date(text).getTime()).toBe(instant(at));
  });
});
