import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FormattedStorage } from './formatted-storage.js';

describe('FormattedStorage', () => {
  const usual = process.env.XDG_CACHE_HOME;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'formatted-'));
    process.env.XDG_CACHE_HOME = folder;
  });
  afterEach(() => {
    if (usual === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = usual;
    rmSync(folder, { recursive: true });
  });
  const nodeIn = (name: string) => ({
    nodeId: 2,
    port: 1,
    controllerPort: 2,
    dataFolder: join(folder, name),
  });

  it('has nothing to restore before a version was formatted once', () => {
    expect(new FormattedStorage('4.3.1').restore(nodeIn('one'), 'cluster')).toBe(false);
    expect(existsSync(join(folder, 'one'))).toBe(false);
  });

  it('restores the checkpoint of its version under the ids of another node', () => {
    const [one, other] = [nodeIn('one'), nodeIn('other')];
    mkdirSync(one.dataFolder);
    writeFileSync(join(one.dataFolder, 'bootstrap.checkpoint'), 'features');
    new FormattedStorage('4.3.1').keep(one);
    expect(new FormattedStorage('3.9.1').restore(other, 'cluster')).toBe(false);
    expect(new FormattedStorage('4.3.1').restore(other, 'cluster')).toBe(true);
    expect(readFileSync(join(other.dataFolder, 'bootstrap.checkpoint'), 'utf8')).toBe('features');
    expect(readFileSync(join(other.dataFolder, 'meta.properties'), 'utf8')).toMatch(
      /^node.id=2\ndirectory.id=[\w-]{22}\nversion=1\ncluster.id=cluster\n$/,
    );
  });
});
