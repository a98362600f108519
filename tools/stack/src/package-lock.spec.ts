import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryFolder } from './workplace.js';

interface LockedPackage {
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync(join(repositoryFolder, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};

// npm ci takes a lock file that misses one of these for out of sync, and a fresh clone could not be installed.
describe('package-lock.json', () => {
  it('knows every project of the repository', () => {
    const projects = ['apps', 'libs', 'tools'].flatMap((folder) =>
      readdirSync(join(repositoryFolder, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${folder}/${entry.name}`),
    );
    expect(projects.filter((project) => !(project in packages))).toEqual([]);
  });

  it('holds the binaries of every platform, not only of the one it was written on', () => {
    const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter((name) => !names.has(name)),
    );
    expect(missing).toEqual([]);
  });
});
