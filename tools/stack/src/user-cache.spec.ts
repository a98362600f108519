import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildFolder, userCacheFolder } from './user-cache.js';

describe('userCacheFolder', () => {
  it('follows XDG, and ignores a value that is not absolute', () => {
    expect(userCacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux', '/home/me')).toBe('/c/jobstream');
    expect(userCacheFolder({ XDG_CACHE_HOME: 'c' }, 'linux', '/home/me')).toBe('/home/me/.cache/jobstream');
    expect(userCacheFolder({}, 'darwin', '/Users/me')).toBe('/Users/me/Library/Caches/jobstream');
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

  it('keeps what another process built meanwhile', async () => {
    await buildFolder(join(parent, 'tool'), async (folder) => {
      await write('mine')(folder);
      await buildFolder(join(parent, 'tool'), write('theirs'));
    });
    expect(readdirSync(parent)).toEqual(['tool']);
    expect(readdirSync(join(parent, 'tool'))).toEqual(['theirs']);
  });
});
