import { describe, expect, it } from '@jest/globals';
import { newJobId } from '../../job-id.js';
import { decodeCursor, encodeCursor, InvalidCursorError, lowestIdAt, timeOfId } from './list-cursor.js';

describe('a list cursor', () => {
  it('decodes to the id it was made from', () => {
    const id = newJobId();
    expect(decodeCursor(encodeCursor(id))).toBe(id);
  });

  it.each(['', 'nonsense', 'AAAAAAAAAAAAAAAAAAAAAA', `${encodeCursor(newJobId())}A`, '\0'])(
    'refuses %j',
    (text) => {
      expect(() => decodeCursor(text)).toThrow(InvalidCursorError);
    },
  );
});

describe('lowestIdAt', () => {
  it('is at or below every id drawn from then on, above those drawn before', () => {
    const id = newJobId();
    const ms = timeOfId(id);
    expect(lowestIdAt(ms) <= id).toBe(true);
    expect(lowestIdAt(ms + 1) > id).toBe(true);
  });

  it('stays a UUID for any time', () => {
    expect(lowestIdAt(-5)).toBe('00000000-0000-0000-0000-000000000000');
    expect(lowestIdAt(2 ** 60)).toBe('ffffffff-ffff-0000-0000-000000000000');
  });
});

describe('timeOfId', () => {
  it('is the time at which an id was drawn', () => {
    expect(timeOfId(newJobId(1_767_225_600_123))).toBe(1_767_225_600_123);
  });
});
