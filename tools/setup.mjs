// What has to be true before anything of this repository can run: Node new enough, the packages of package-lock.json
// installed, every project built. Each is checked in milliseconds and done only when it isn't so. Plain JavaScript
// without dependencies, because it runs before there are any.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readJson = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8'));
const say = (line) => console.log(`setup: ${line}`);

function fail(...lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}

function requireNode() {
  const oldest = readJson('package.json').engines.node.replace('>=', '');
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(
    `Jobstream needs Node ${oldest} or newer; this is ${process.versions.node} (${process.execPath}).`,
    'Install a newer one from https://nodejs.org or with your version manager, for example: nvm install 22',
  );
}

/** Whether npm would change node_modules: its own record of what is installed, held against the lock file. */
function packagesAreInstalled() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = readJson('node_modules/.package-lock.json').packages;
  const wanted = Object.entries(readJson('package-lock.json').packages).filter(([path]) =>
    path.includes('node_modules/'),
  );
  // Binaries: those of other systems are missing as they should be, but not all of this one's.
  const binaries = wanted.filter(([, { os, cpu, optional }]) => optional && os && cpu).filter(fitsThisSystem);
  if (binaries.length > 0 && binaries.every(([path]) => !installed[path])) return false;
  return wanted.every(([path, { version, optional, devOptional, peer }]) =>
    installed[path] ? installed[path].version === version : optional || devOptional || peer,
  );
}

function fitsThisSystem([, { os, cpu }]) {
  const fits = (list, own) => !list || list.includes(own);
  return fits(os, process.platform) && fits(cpu, process.arch);
}

/** How many packages npm has to fetch for this system. */
function countPackages() {
  return Object.entries(readJson('package-lock.json').packages)
    .filter(fitsThisSystem)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link).length;
}

/**
 * What npm is told: all kinds of packages, even where NODE_ENV=production or npm's own settings leave some out, because without
 * the compiler nothing can be built. npm's own progress bar shows nothing without a terminal; its log of requests can be counted
 * everywhere.
 */
const installation = [
  'ci',
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--no-progress',
  '--loglevel=http',
];

async function installPackages() {
  const total = countPackages();
  say(`installing ${total} npm packages (a first time fetches about 100 MB)`);
  const started = Date.now();
  let found = 0;
  let fetched = 0;
  let log = '';
  const heartbeat = setInterval(
    () => say(`installing, ${seconds(started)} s: ${found} packages found, ${fetched} of ${total} fetched`),
    5_000,
  );
  const code = await run('npm', installation, (line) => {
    if (!/^npm http (fetch|cache) /.test(line)) log += `${line}\n`;
    else if (line.includes('.tgz')) fetched += 1;
    else found += 1;
  });
  clearInterval(heartbeat);
  if (code !== 0) {
    // The cause comes first; npm's usage text and warnings are of no help.
    const errors = log.split('\n').filter((line) => line.startsWith('npm error'));
    fail(
      ...errors.slice(0, 12),
      'npm ci failed: what npm said first is above. Where it may not write to its cache, name another: npm_config_cache=/path npm start',
    );
  }
  say(`packages installed in ${seconds(started)} s`);
}

const stampFile = join(root, 'node_modules/.cache/jobstream/built');

/** One hash over the names, sizes and times of everything that a build reads. */
function hashSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) add(join(path, name));
    } else {
      hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
    }
  };
  for (const file of ['package-lock.json', 'tsconfig.json', '.swcrc', 'nx.json', 'tools/bundle.mjs'])
    add(file);
  for (const project of projects()) {
    add(join(project, 'package.json'));
    add(join(project, 'vite.config.mjs'));
    add(join(project, 'src'));
  }
  return hash.digest('hex');
}

function projects() {
  const inFolders = ['apps', 'libs', 'tools'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name)),
  );
  return [...inFolders, 'bench'].filter(
    (project) => existsSync(join(root, project, 'src')) && existsSync(join(root, project, 'package.json')),
  );
}

function isBuilt(hash) {
  return (
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === hash &&
    projects().every((project) => existsSync(join(root, project, 'dist')))
  );
}

async function build() {
  const hash = hashSources();
  if (isBuilt(hash)) return;
  const started = Date.now();
  say('building');
  let log = '';
  const nx = join(root, 'node_modules/.bin/nx');
  const code = await run(process.execPath, [nx, 'run-many', '-t', 'build'], (line) => (log += `${line}\n`));
  if (code !== 0) {
    const errors = await findSyntaxErrors();
    if (errors.length > 0) fail(...errors, 'The build failed: mend what is above.');
    fail(log.trimEnd(), 'The build failed; what nx said is above.');
  }
  try {
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, hash);
  } catch (error) {
    say(`the next start builds again, since this one can't note that it has: ${error.message}`);
  }
  say(`built in ${seconds(started)} s`);
}

/** nx and swc say where an error is between a drawing and a native stack. */
async function findSyntaxErrors() {
  const errors = [];
  const sources = projects().flatMap((project) =>
    readdirSync(join(root, project, 'src'), { recursive: true })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('spec.ts'))
      .map((file) => join(project, 'src', file)),
  );
  const isError = /^\S+\.ts:/;
  await run(process.execPath, [join(root, 'tools/syntax-errors.mjs'), ...sources], (line) => {
    if (isError.test(line)) errors.push(line);
  });
  return errors;
}

function run(command, args, onLine) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NODE_OPTIONS: '' },
    });
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine);
    child.once('error', (error) =>
      error.code === 'ENOENT'
        ? fail(`${command} was not found. It comes with Node: https://nodejs.org`)
        : reject(error),
    );
    child.once('close', resolve);
  });
}

const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

// Whoever read what we say may have gone: npm start | head.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
requireNode();
if (!packagesAreInstalled()) await installPackages();
await build();
