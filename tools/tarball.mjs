// What the packing of all packages has in common: our own libs, the versions of others, the tarball in dist/packages.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, realpathSync, renameSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where tarballs go, and beside each a folder with what is in it. */
export const packages = join(root, 'dist/packages');

/** @returns what is in a file of JSON */
export const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** Modules of ours are left out where nothing of them is used, but those that are imported for what they do. */
export const ownLibs = {
  name: 'own-libs',
  setup({ onResolve }) {
    onResolve({ filter: /^(\.|@jobstream\/)/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return undefined;
      const file = path.startsWith('.') ? resolve(dirname(importer), path) : fileOf(path, 'default');
      return { path: file, sideEffects: file.endsWith('/repairs.js') };
    });
  },
};

/** The file of our own that a specifier of a package means. */
export function fileOf(specifier, condition) {
  const [, name, ...rest] = specifier.split('/');
  const folder = realpathSync(join(root, 'node_modules/@jobstream', name));
  const found = readJson(folder, 'package.json').exports[rest.length > 0 ? `./${rest.join('/')}` : '.'];
  return join(folder, found[condition]);
}

/** The package that a specifier names a part of. */
export function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Each of these packages with its version, as a package.json has them. */
export function versionsOf(names) {
  return Object.fromEntries([...names].map((each) => [each, versionOf(each)]));
}

/** The version of package-lock.json; exact where this repository wants it exact, else that or a later one that is compatible. */
function versionOf(name) {
  const { version } = readJson(root, 'package-lock.json').packages[`node_modules/${name}`];
  const wanted = readJson(root, 'package.json').dependencies[name];
  if (wanted === undefined) throw new Error(`${name} is imported, but is no dependency in package.json.`);
  return wanted.startsWith('^') ? `^${version}` : version;
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
