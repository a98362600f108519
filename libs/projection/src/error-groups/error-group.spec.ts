import { describe, expect, it } from '@jest/globals';
import { errorGroupOf, isOtherGroup, otherGroupOf } from './error-group.js';

const error = {
  code: 'ENOENT',
  message: "no such file, open '/a/1'",
  stack: 'Error\n    at read (/srv/read.js:1:1)',
};
const group = errorGroupOf('image.thumbnail', error);

describe('the group of an error', () => {
  it('has an id that stays from version to version', () => {
    expect(group).toBe('da246219e7ca94ef');
  });

  it('is the same for another job, another line and another file', () => {
    const other = {
      ...error,
      message: "no such file, open '/b/2'",
      stack: 'Error\n    at read (/opt/read.js:9:9)',
    };
    expect(errorGroupOf('image.thumbnail', other)).toBe(group);
  });

  it.each([
    ['type', 'mail.send', error],
    ['code', 'image.thumbnail', { ...error, code: 'EACCES' }],
    ['message', 'image.thumbnail', { ...error, message: 'is a directory' }],
    ['frame', 'image.thumbnail', { ...error, stack: 'Error\n    at write (/srv/read.js:1:1)' }],
  ])('is another one for another %s', (_, type, different) => {
    expect(errorGroupOf(type, different)).not.toBe(group);
  });

  it('takes an error of a record that nobody has bounded', () => {
    const huge = {
      code: 'x'.repeat(262_144),
      message: '\ud800'.repeat(262_144),
      stack: '\0'.repeat(262_144),
    };
    expect(errorGroupOf('t', huge)).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('the group of what found no room', () => {
  it('is one of 256, and told from all others', () => {
    const ids = new Set(Array.from({ length: 5_000 }, (_, nth) => otherGroupOf(`type ${nth}`)));
    expect(ids.size).toBe(256);
    expect([...ids].every((id) => /^[0-9a-f]{16}$/.test(id) && isOtherGroup(id))).toBe(true);
    expect(isOtherGroup(group)).toBe(false);
  });
});
