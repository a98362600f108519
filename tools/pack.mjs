// Packs a project that other teams install: its code as one bundle for each export, its types as one file for each, and the
// tarball in dist/packages. Our own libs go into the bundle. Packages of others stay dependencies, in the versions of
// package-lock.json. Run by Nx, in the project's folder, after its build (docs/decisions/0028).
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { packages, readJson, root, versionsOf, writeTarball } from './tarball.mjs';

/**
 * Packages that the program that installs ours has anyway, and has to share with us: schemas are made by its zod and read by ours.
 */
const peers = ['zod'];

const manifest = readJson('package.json');
const stage = join(packages, manifest.name);
/** The file of each export, without folder and extension: `.` is `index`, `./testing` is `testing`. */
const entries = Object.values(manifest.exports).map(({ default: file }) => basename(file, '.js'));

/** Modules of ours are left out where nothing of them is used, but those that are imported for what they do. */
const ownLibs = {
  name: 'own-libs',
  setup({ onResolve }) {
    onResolve({ filter: /^(\.|@jobstream\/)/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return undefined;
      const file = path.startsWith('.') ? resolve(dirname(importer), path) : fileOf(path, 'default');
      return { path: file, sideEffects: file.endsWith('/repairs.js') };
    });
  },
};

/** `z` becomes the module's namespace, so that a bundler takes in what is used of zod, and not all of it (850 KB with its translations). */
const zodByName = {
  name: 'zod-by-name',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^zod$/ }, ({ namespace }) =>
      namespace === 'zod'
        ? { path: 'zod', external: true }
        : { path: 'zod', namespace: 'zod', sideEffects: false },
    );
    onLoad({ filter: /.*/, namespace: 'zod' }, () => ({
      contents: "import * as z from 'zod'; export { z };",
    }));
  },
};

rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
// Those that package.json names are loaded by others, without an import that could be seen.
const needed = new Set([
  ...Object.keys(manifest.dependencies ?? {}),
  ...(await bundleCode()),
  ...(await bundleTypes()),
]);
writeFileSync(join(stage, 'package.json'), `${JSON.stringify(describePackage(needed), null, 2)}\n`);
writeTarball(stage);

/** Each export apart, so that one loads nothing of another. @returns the packages that the code imports */
async function bundleCode() {
  return (await Promise.all(entries.map(bundleExport))).flat();
}

async function bundleExport(name) {
  const { metafile } = await build({
    entryPoints: [{ in: `./dist/${name}.js`, out: name }],
    outdir: stage,
    bundle: true,
    // What is imported by a call is loaded by that call.
    splitting: true,
    chunkNames: `${name}/[hash]`,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    plugins: [ownLibs, zodByName],
    metafile: true,
    logLevel: 'warning',
  });
  return Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external }) => external)
    .map(({ path }) => packageOf(path));
}

/** @returns the packages that the types import */
async function bundleTypes() {
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    plugins: [
      { name: 'own-libs', resolveId: resolveOwnTypes },
      dts({ tsconfig: join(root, 'tsconfig.json'), compilerOptions: { noEmit: false } }),
    ],
  });
  const { output } = await bundle.write({
    dir: stage,
    format: 'es',
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'shared/[hash].d.ts',
  });
  return output.flatMap(({ imports }) => imports.filter((path) => !path.endsWith('.ts')).map(packageOf));
}

function resolveOwnTypes(path) {
  if (path.startsWith('@jobstream/')) return fileOf(path, '@jobstream/source');
  return path.startsWith('.') || path.startsWith('/') || path.startsWith('src/')
    ? null
    : { id: path, external: true };
}

/** The file of our own that a specifier of a package means. */
function fileOf(specifier, condition) {
  const [, name, ...rest] = specifier.split('/');
  const folder = realpathSync(join(root, 'node_modules/@jobstream', name));
  const found = readJson(folder, 'package.json').exports[rest.length > 0 ? `./${rest.join('/')}` : '.'];
  return join(folder, found[condition]);
}

/** The package that a specifier names a part of. */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The package.json of the tarball. */
function describePackage(needed) {
  const { name, version, description, type, nx: _, private: __, exports: ___, ...more } = manifest;
  const { license, engines } = readJson(root, 'package.json');
  const names = [...needed]
    .filter((each) => !builtinModules.includes(each) && !each.startsWith('node:'))
    .sort();
  return {
    name,
    version,
    description,
    license,
    type,
    engines,
    sideEffects: false,
    exports: Object.fromEntries(
      Object.keys(manifest.exports).map((path, nth) => [
        path,
        { types: `./${entries[nth]}.d.ts`, default: `./${entries[nth]}.js` },
      ]),
    ),
    files: ['**/*.js', '**/*.d.ts', 'CHANGELOG.md'],
    ...more,
    dependencies: versionsOf(names.filter((each) => !peers.includes(each))),
    peerDependencies: versionsOf(names.filter((each) => peers.includes(each))),
  };
}
