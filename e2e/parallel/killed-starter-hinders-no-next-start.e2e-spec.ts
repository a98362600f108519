import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@jobstream/testing';
import { isAlive } from '../is-alive.js';

interface Entry {
  service: string;
  pid: number;
}

const repository = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(repository, 'tools/stack/dist');
const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((own) => own?.address === '::1');
/** The demo needs no more, and fewer processes start sooner. */
const idle = [
  'scheduler',
  'report',
  'notification',
  'maintenance',
  'inference',
  'probe',
  'http',
  'webhooks',
].map((name) => (name === 'scheduler' ? `--scale=${name}=0` : `--scale=${name}-worker=0`));

describe('a starter that was killed hinders no next start', () => {
  let home: string;
  let environment: NodeJS.ProcessEnv;
  const starters: ChildProcess[] = [];
  const printed: string[] = [];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), `jobstream's "ö", 100%41 #1 `));
    // Root's Postgres runs as another user, who must be able to pass through.
    await chmod(home, 0o711);
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(KAFKA_|DATABASE_URL|NODE_OPTIONS)/.test(name),
    );
    environment = {
      ...Object.fromEntries(own),
      JOBSTREAM_HOME: home,
      PORT: String(await freePort()),
      HOST: hasIPv6 ? '::1' : '127.0.0.1',
      LC_ALL: 'C',
    };
  });
  afterAll(async () => {
    for (const starter of starters) {
      if (starter.exitCode !== null || starter.signalCode !== null) continue;
      const exited = once(starter, 'exit');
      starter.kill('SIGTERM');
      await exited;
    }
    await rm(home, { recursive: true, force: true });
  });

  async function start(command: string, ...args: string[]): Promise<ChildProcess> {
    const starter = spawn(command, [...args, ...idle], {
      cwd: repository,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    starters.push(starter);
    starter.stdout.on('data', (text: Buffer) => printed.push(text.toString()));
    const said: string[] = [];
    for await (const line of createInterface(starter.stdout)) {
      said.push(line);
      if (line.startsWith('Jobstream is running.')) {
        starter.stdout.resume();
        return starter;
      }
    }
    throw new Error(`the starter ended early:\n${said.join('\n')}`);
  }

  const listed = () => JSON.parse(readFileSync(join(home, 'processes.json'), 'utf8')) as Entry[];

  /** What lies in the home and could be read by another user of this machine. */
  const readableByOthers = () =>
    readdirSync(home, { recursive: true, withFileTypes: true })
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o066);

  it('after kill -9 everything ends; npm start, the demo and an orderly stop work, in a home of any name, on IPv6; no file is for others, no password is printed', async () => {
    const first = await start(process.execPath, join(dist, 'start.js'));
    const { guardPid } = JSON.parse(readFileSync(join(home, 'starter.json'), 'utf8')) as { guardPid: number };
    const before = listed();
    expect(before.map(({ service }) => service)).toEqual(
      expect.arrayContaining(['kafka', 'postgres', 'api', 'projector', 'image-worker']),
    );
    first.kill('SIGKILL');

    // At once, while what the first left is still stopping.
    const second = await start('npm', 'start', '--');
    expect([guardPid, ...before.map(({ pid }) => pid)].filter(isAlive)).toEqual([]);

    const demo = spawn(process.execPath, [join(dist, 'demo.js')], { env: environment, stdio: 'ignore' });
    expect((await once(demo, 'exit'))[0]).toBe(0);
    expect(existsSync(join(home, 'demo/thumbnail.jpg'))).toBe(true);
    expect(readableByOthers()).toEqual([]);

    // npm as process 1 of a container: when it ends everything is killed, so it may end only after all has stopped.
    const after = listed();
    const exited = once(second, 'exit');
    second.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(after.filter(({ pid }) => isAlive(pid))).toEqual([]);
    const password = readFileSync(join(home, 'postgres/password'), 'utf8');
    expect(printed.join('')).toMatch(
      /Postgres +postgres:\/\/jobstream@127\.0\.0\.1:\d+\/jobstream \(its password: /,
    );
    expect(printed.join('')).not.toContain(password);
  });
});
