import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { explainFileError, FolderError, makeFolder } from './file-errors.js';

describe('a folder that a variable names', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'file-errors-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is made with those above it', () => {
    makeFolder(join(parent, 'a/b c/ö'), 'JOBSTREAM_HOME');
    makeFolder(join(parent, 'a/b c/ö'), 'JOBSTREAM_HOME');
    expect(statSync(join(parent, 'a/b c/ö')).isDirectory()).toBe(true);
  });

  it.each([
    ['below a file', 'file/home', /a file is where a folder has to be \(ENOTDIR\)/],
    ['that is a file', 'file', /a file is where a folder has to be \(EEXIST\)/],
    ['behind a broken link', 'link/home', /a symbolic link in the path leads nowhere \(ENOENT\)/],
    ['with a name that is too long', 'n'.repeat(300), /the path is too long \(ENAMETOOLONG\)/],
  ])('%s is refused by a message that names the variable', (_, name, why) => {
    writeFileSync(join(parent, 'file'), '');
    symlinkSync(join(parent, 'nothing/there'), join(parent, 'link'));
    const make = () => makeFolder(join(parent, name), 'JOBSTREAM_HOME');
    expect(make).toThrow(FolderError);
    expect(make).toThrow(why);
    expect(make).toThrow(/Set JOBSTREAM_HOME to a folder that can be written to\.$/);
  });

  // Not even root may write there.
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('that is read-only is refused so too', () => {
    const make = () => makeFolder('/sys/jobstream', 'XDG_CACHE_HOME');
    expect(make).toThrow(/^\/sys\/jobstream can't be used: .*\((EPERM|EACCES|EROFS)\)\. Set XDG_CACHE_HOME /);
  });
});

describe('an error of a file', () => {
  it('is told in words with its code, and as it is where no words are known', () => {
    expect(explainFileError(Object.assign(new Error('x'), { code: 'EROFS' }))).toBe(
      'the file system is read-only (EROFS)',
    );
    expect(explainFileError(Object.assign(new Error('odd'), { code: 'EODD' }))).toBe('odd');
  });
});
