import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Python, whyNoPython } from '@jobstream/testing';
import { Child } from '../child.js';
import type { Stand } from '../stand.js';
import { UsageError } from '../usage-error.js';
import { Peer, type PeerOptions, type PeerPart } from './peer.js';
import type { PeerName } from './peer-names.js';
import { Redis, type RedisFsync } from './redis.js';

const folder = fileURLToPath(new URL('../../peers/', import.meta.url));
const run = promisify(execFile);

const makers: Readonly<Record<PeerName, (stand: Stand) => Promise<PeerOptions>>> = {
  bullmq: () => startBullmq('bullmq', 'everysec'),
  'bullmq-always': () => startBullmq('bullmq-always', 'always'),
  celery: startCelery,
  'pg-boss': startPgBoss,
  graphile: startGraphile,
};

/**
 * Installs what a peer needs where it is missing, and starts its broker.
 * @throws UsageError where the machine lacks something: the message says how to get it
 */
export async function startPeer(name: PeerName, stand: Stand): Promise<Peer> {
  return new Peer(await makers[name](stand));
}

async function startBullmq(name: PeerName, fsync: RedisFsync): Promise<PeerOptions> {
  await installPackages();
  const redis = await Redis.start(fsync);
  return {
    name,
    versions: [packageVersion('bullmq'), await Redis.version()],
    durability: redis.durability,
    setup: 'a queue and a worker as its guide has them; Fastify in front',
    program: (part) => Child.start(`../peers/bullmq-${part}.mjs`),
    place: { port: redis.port },
    broker: [redis.process],
    parts: ['producer', 'worker', 'image-worker', 'api'],
    share: 1,
    lookMs: 10,
    stop: () => redis.stop(),
  };
}

async function startCelery(): Promise<PeerOptions> {
  const why = whyNoPython();
  if (why !== undefined)
    throw new UsageError(
      `Celery needs Python 3.11 or newer with pip, and ${why}. On Debian and Ubuntu: apt-get install python3 python3-pip. On macOS: brew install python.`,
    );
  const python = await Python.provide(`${folder}celery/requirements.txt`);
  const redis = await Redis.start('everysec');
  const version = /^celery==(\S+)/m.exec(readFileSync(`${folder}celery/requirements.txt`, 'utf8'))![1];
  return {
    name: 'celery',
    versions: [`celery ${version}`, await Redis.version()],
    durability: redis.durability,
    setup:
      'prefork pool with a process a core, its own default; late acknowledgement, as the others have; payload kept with the result; ' +
      'no bulk call exists, so jobs are sent one by one on one connection; latency by its own client, without HTTP',
    program: (part) =>
      Child.startProgram('python3', [`${folder}celery/${part}.py`], python.environment(`${folder}celery`)),
    place: { port: redis.port },
    broker: [redis.process],
    parts: ['producer', 'worker'],
    share: 0.1,
    lookMs: 10,
    stop: () => redis.stop(),
  };
}

async function startPgBoss(stand: Stand): Promise<PeerOptions> {
  await installPackages();
  return {
    ...onPostgres('pg-boss', stand),
    versions: [packageVersion('pg-boss'), ...stand.postgresVersion],
    setup:
      'batches of 100 with a result for each job, LISTEN/NOTIFY, full batches fetched without a pause; Fastify in front',
    share: 0.25,
  };
}

async function startGraphile(stand: Stand): Promise<PeerOptions> {
  await installPackages();
  return {
    ...onPostgres('graphile', stand),
    versions: [packageVersion('graphile-worker'), ...stand.postgresVersion],
    setup:
      'a local queue of 500 jobs and batched completion; it forgets ended jobs, so the handler writes payload and result into a table; Fastify in front',
    share: 0.25,
  };
}

function onPostgres(name: PeerName, stand: Stand) {
  return {
    name,
    program: (part: PeerPart) => Child.start(`../peers/${name}-${part}.mjs`),
    durability: stand.postgresDurability,
    place: { databaseUrl: stand.databaseUrl },
    broker: stand.processes.filter(({ name }) => name === 'postgres'),
    parts: ['producer', 'worker', 'api'] as const,
    // It counts rows.
    lookMs: 200,
    stop: async () => undefined,
  };
}

/** Installs `bench/peers` where a package is missing or of another version. */
async function installPackages(): Promise<void> {
  const { dependencies } = readPackage('.');
  const isThere = (name: string, version: string) =>
    existsSync(`${folder}node_modules/${name}/package.json`) &&
    readPackage(`node_modules/${name}`).version === version;
  if (Object.entries(dependencies!).every(([name, version]) => isThere(name, version))) return;
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
}

function packageVersion(name: string): string {
  return `${name} ${readPackage(`node_modules/${name}`).version}`;
}

interface PackageFile {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readPackage(path: string): PackageFile {
  return JSON.parse(readFileSync(`${folder}${path}/package.json`, 'utf8')) as PackageFile;
}
