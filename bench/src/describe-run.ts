import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Side } from './alternate.js';
import type { Peer, PeerDescription } from './peers/peer.js';
import type { Machine } from './report.js';
import type { Stand } from './stand.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A number means little without it. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

/** The commit of the repository, with a plus where files have been changed; `unknown` without git. */
export function describeCommit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    return `${git('rev-parse', '--short=10', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

/** What each side is, for whoever reads the results. */
export function describeSides(stand: Stand, peers: readonly Peer[]): Partial<Record<Side, PeerDescription>> {
  return {
    platform: {
      versions: [`jobstream ${versionIn(`${root}package.json`)}`, ...stand.versions],
      durability:
        'Kafka (acks=all, one broker) answers once the record is in its log, which the system writes to the disk when it likes; ' +
        'rows follow from the log',
      setup: 'the services that a figure needs, one process each, as npm start runs them',
    },
    bare: {
      versions: ['kafkajs', 'fastify', 'pg', 'undici'].map((name) => `${name} ${installedVersion(name)}`),
      durability: 'as the platform',
      setup: 'the same loop on the same broker and database, without the platform',
    },
    ...Object.fromEntries(peers.map((peer) => [peer.name, peer.describe()])),
  };
}

function installedVersion(name: string): string {
  return versionIn(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
