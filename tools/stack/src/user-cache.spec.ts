import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildFolder, userCacheFolder } from './user-cache.js';

const home = (folder: string) => () => folder;

describe('userCacheFolder', () => {
  it('follows XDG, and ignores a value that is not absolute', () => {
    const homeless = () => {
      throw new Error('no home');
    };
    expect(userCacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux', homeless)).toBe('/c/jobstream');
    expect(userCacheFolder({ XDG_CACHE_HOME: 'c' }, 'linux', home('/home/me'))).toBe(
      '/home/me/.cache/jobstream',
    );
    expect(userCacheFolder({}, 'darwin', home('/Users/me'))).toBe('/Users/me/Library/Caches/jobstream');
  });
});

describe('buildFolder', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'build-folder-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));
  const write = (name: string) => async (folder: string) => writeFileSync(join(folder, name), '');

  it('shows a folder only when it is whole', async () => {
    await buildFolder(join(parent, 'tool'), async (folder) => {
      await write('part')(folder);
      expect(readdirSync(parent)).not.toContain('tool');
    });
    expect(readdirSync(join(parent, 'tool'))).toEqual(['part']);
  });

  it('leaves nothing of one that failed', async () => {
    await expect(
      buildFolder(join(parent, 'tool'), () => Promise.reject(new Error('no disk'))),
    ).rejects.toThrow('no disk');
    expect(readdirSync(parent)).toEqual([]);
  });

  it('names XDG_CACHE_HOME where the cache can not be written to', async () => {
    writeFileSync(join(parent, 'cache'), '');
    const built = buildFolder(join(parent, 'cache/tool'), write('part'));
    await expect(built).rejects.toThrow(/Set XDG_CACHE_HOME to a folder that can be written to\.$/);
  });

  it('keeps what another process built meanwhile', async () => {
    await buildFolder(join(parent, 'tool'), async (folder) => {
      await write('mine')(folder);
      await buildFolder(join(parent, 'tool'), write('theirs'));
    });
    expect(readdirSync(parent)).toEqual(['tool']);
    expect(readdirSync(join(parent, 'tool'))).toEqual(['theirs']);
  });
});
