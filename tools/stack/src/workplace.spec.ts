import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FolderError } from './file-errors.js';
import { prepareHome } from './workplace.js';

describe('the home of a platform', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'workplace-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it.each([`jörg's "日本", 100%41 #1 \\u0041`, ' spaces at both ends ', 'n'.repeat(255)])(
    'may be called %j',
    (name) => {
      prepareHome(join(parent, name));
      expect(readdirSync(parent)).toEqual([name]);
      expect(readdirSync(join(parent, name))).toEqual([]);
    },
  );

  it.each([
    ['with a line break', 'a\nb', /there is a line break in the path/],
    [
      'longer than Postgres knows paths',
      `${'n'.repeat(200)}/`.repeat(5),
      /over 850 bytes is too long for Postgres/,
    ],
  ])('%s is refused by a message that names JOBSTREAM_HOME', (_, name, why) => {
    const prepare = () => prepareHome(join(parent, name));
    expect(prepare).toThrow(FolderError);
    expect(prepare).toThrow(why);
    expect(prepare).toThrow(/Set JOBSTREAM_HOME to /);
    expect(readdirSync(parent)).toEqual([]);
  });

  // Every write to /dev/full fails as on a disk without room.
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('on a full disk is refused by such a message too', () => {
    symlinkSync('/dev/full', join(parent, 'room.probe'));
    expect(() => prepareHome(parent)).toThrow(
      /no room is left on the disk \(ENOSPC\)\. Set JOBSTREAM_HOME to /,
    );
    prepareHome(parent);
  });
});
