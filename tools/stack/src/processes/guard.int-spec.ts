import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { builtFile } from '../built-file.js';
import { Guard } from './guard.js';
import type { ProcessSpec } from './guard-messages.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logFile = () => join(folder, 'log');
const node = (script: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  command: process.execPath,
  args: ['-e', script],
  env: { PATH: process.env.PATH },
  cwd: folder,
  logFile: logFile(),
  layer: 'service',
  stopSignal: 'SIGTERM',
  stopLimitMs: 5_000,
  ...more,
});
const RUN_UNTIL_TOLD = `console.log('runs'); setInterval(() => {}, 1000);`;
const DEAF = `process.on('SIGTERM', () => {}); ${RUN_UNTIL_TOLD}`;

async function until(what: string, probe: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !probe(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Where nobody reaps an ended orphan it stays as a zombie, which has no command line.
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

describe('Guard', () => {
  let guard: Guard;
  beforeEach(() => {
    guard = Guard.start();
  });
  afterEach(() => guard.end({ now: true }));

  it('reports how a process ended, and keeps what it wrote', async () => {
    const child = await guard.spawn(node(`console.log('words'); console.error('more'); process.exit(7)`));
    expect(await child.exited).toEqual({ code: 7, signal: null });
    expect(readFileSync(logFile(), 'utf8')).toBe('words\nmore\n');
  });

  it('throws for a program that is not there, and goes on', async () => {
    await expect(guard.spawn(node('', { command: '/no/such/program' }))).rejects.toThrow(
      '/no/such/program did not start',
    );
    await expect(guard.spawn(node('', { cwd: '/no/such/folder' }))).rejects.toThrow('did not start');
    await expect(guard.spawn(node('', { logFile: '/no/such/folder/log' }))).rejects.toThrow('did not start');
    expect(await (await guard.spawn(node(''))).exited).toEqual({ code: 0, signal: null });
  });

  it('kills a process that does not listen, after its limit', async () => {
    const child = await guard.spawn(node(DEAF, { stopLimitMs: 300 }));
    await until('it runs', () => readFileSync(logFile(), 'utf8') === 'runs\n');
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('stops services before what they stand on', async () => {
    const say = (words: string) =>
      `process.on('SIGTERM', () => { console.log('${words} ends'); process.exit() }); ${RUN_UNTIL_TOLD}`;
    await guard.spawn(node(say('broker'), { layer: 'backing' }));
    await guard.spawn(node(say('service')));
    await until('both run', () => readFileSync(logFile(), 'utf8') === 'runs\nruns\n');
    await guard.end();
    expect(readFileSync(logFile(), 'utf8')).toBe('runs\nruns\nservice ends\nbroker ends\n');
  });

  it('takes nothing new while it ends', async () => {
    await guard.end();
    await expect(guard.spawn(node(''))).rejects.toThrow('the guard process has ended');
  });

  it('ends its processes when it was killed itself, and says so', async () => {
    const child = await guard.spawn(node(RUN_UNTIL_TOLD));
    process.kill(guard.pid, 'SIGKILL');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await until('the process is gone', () => !isAlive(child.pid));
    await guard.lost;
  });
});

describe('a starter that is killed with SIGKILL', () => {
  it('leaves no process and no folder behind', async () => {
    const ownFolder = join(folder, 'own');
    const file = join(folder, 'starter.mjs');
    writeFileSync(
      file,
      `import { mkdirSync } from 'node:fs';
       import { Guard } from ${JSON.stringify(builtFile('processes/guard.js').href)};
       const guard = Guard.start();
       mkdirSync(${JSON.stringify(ownFolder)});
       guard.removeAtEnd(${JSON.stringify(ownFolder)});
       const spec = ${JSON.stringify(node(DEAF, { stopLimitMs: 300 }))};
       const service = await guard.spawn(spec);
       const broker = await guard.spawn({ ...spec, layer: 'backing', stopSignal: 'SIGKILL' });
       console.log(JSON.stringify([guard.pid, service.pid, broker.pid]));`,
    );
    const starter = spawn(process.execPath, [file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH },
    });
    const [line] = (await once(createInterface(starter.stdout), 'line')) as [string];
    const pids = JSON.parse(line) as number[];
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    starter.kill('SIGKILL');
    await until('all have ended', () => !pids.some(isAlive));
    expect(existsSync(ownFolder)).toBe(false);
  });
});
