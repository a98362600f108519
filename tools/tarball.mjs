// What the packing of all packages has in common: the versions of other packages, and the tarball in dist/packages.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where tarballs go, and beside each a folder with what is in it. */
export const packages = join(root, 'dist/packages');

/** @returns what is in a file of JSON */
export const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/**
 * Each of these packages with its version, as a package.json has them: that of package-lock.json, exact where this repository wants it
 * exact, else that or a later one that is compatible.
 */
export function versionsOf(names) {
  const { packages: locked } = readJson(root, 'package-lock.json');
  const { dependencies } = readJson(root, 'package.json');
  const versionOf = (name) => {
    const wanted = dependencies[name];
    if (wanted === undefined) throw new Error(`${name} is imported, but is no dependency in package.json.`);
    const { version } = locked[`node_modules/${name}`];
    return wanted.startsWith('^') ? `^${version}` : version;
  };
  return Object.fromEntries([...names].map((name) => [name, versionOf(name)]));
}

/** Packs a folder, with the licence, and the README and changelog of the project in whose folder we run. */
export function writeTarball(stage) {
  for (const file of ['README.md', 'CHANGELOG.md'])
    if (existsSync(file)) copyFileSync(file, join(stage, file));
  copyFileSync(join(root, 'LICENSE'), join(stage, 'LICENSE'));
  const tarball = execFileSync('npm', ['pack', stage, '--pack-destination', packages, '--silent'], {
    encoding: 'utf8',
  });
  // Without the version, so that others can name it.
  renameSync(join(packages, tarball.trim()), `${stage}.tgz`);
}
