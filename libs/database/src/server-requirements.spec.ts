import { describe, expect, it } from '@jest/globals';
import { DatabaseUnreachableError, isPermanent, isUnavailable, UnsuitableServerError } from './errors.js';
import { faultOfServer, type ServerFacts } from './server-requirements.js';

const good: ServerFacts = {
  version: '15.1',
  versionNumber: 150_001,
  encoding: 'UTF8',
  isStandby: false,
  takesSettings: true,
  mayCreate: false,
  missing: [],
  closed: [],
};

describe('a server', () => {
  it('suits where it has all that is relied on', () => {
    expect(faultOfServer(good)).toBeUndefined();
    expect(faultOfServer({ ...good, missing: ['projection'], mayCreate: true })).toBeUndefined();
  });

  it.each<[string, Partial<ServerFacts>, RegExp]>([
    ['postgres_too_old', { version: '14.9', versionNumber: 140_009 }, /is version 14.9\. .*15 or newer/],
    ['database_not_utf8', { encoding: 'LATIN1' }, /encoding LATIN1\. .*DATABASE_URL/],
    ['database_settings_refused', { takesSettings: false }, /pooler/],
    ['database_read_only', { isStandby: true }, /standby.*DATABASE_URL at the primary/],
    ['database_right_missing', { missing: ['projection'] }, /no schema projection.*GRANT CREATE/],
    ['database_right_missing', { closed: ['operations'] }, /schema operations.*GRANT USAGE/],
  ])('is refused with %s where it says %j, and told what to do', (code, facts, message) => {
    const error = new UnsuitableServerError('db:5432/jobs', faultOfServer({ ...good, ...facts })!);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    // A standby may be made a primary; the others stay as they are.
    const passes = code === 'database_read_only';
    expect([isUnavailable(error), isPermanent(error)]).toEqual([passes, !passes]);
  });

  it('behind a pooler that refuses settings is named with the way around it', () => {
    const cause = new Error('unsupported startup parameter: options');
    expect(new DatabaseUnreachableError('pool:6432/jobs', cause).message).toMatch(/pooler.*DATABASE_URL/);
  });
});
