import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@jobstream/testing';
import type { MeteredProcess } from './cpu-meter.js';

/** What is kept of what it says, for an error. */
const keptLines = 20;

/** A platform that people start: `npm start`, with data in a folder of its own. */
export class StartedPlatform {
  private constructor(
    private readonly starter: ChildProcess,
    private readonly home: string,
    /** From the command until everything was ready. */
    readonly seconds: number,
  ) {}

  /**
   * Runs `npm start` until everything is ready.
   * @param folder of the repository
   * @param home where its data goes; made if it is not there
   * @param environment on top of this process's own; undefined takes a variable away
   * @throws Error with its last lines when it ends before
   */
  static async start(folder: string, home: string, environment: NodeJS.ProcessEnv): Promise<StartedPlatform> {
    const PORT = String(await freePort());
    const env = { ...process.env, ...environment, JOBSTREAM_HOME: home, PORT };
    const began = performance.now();
    const starter = spawn('npm', ['start'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => starter.kill());
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const stream of [starter.stdout, starter.stderr])
        createInterface(stream).on('line', (line) => {
          said.push(line);
          if (said.length > keptLines) said.shift();
          if (line.startsWith('Jobstream is running')) resolve();
        });
      starter.once('error', reject);
      starter.once('exit', (code) =>
        reject(new Error(`npm start ended with ${code} before it was ready: ${said.join('\n')}`)),
      );
    });
    return new StartedPlatform(starter, home, (performance.now() - began) / 1_000);
  }

  /** All that runs, the broker and the database too where they are its own. */
  get processes(): readonly MeteredProcess[] {
    const entries = JSON.parse(readFileSync(join(this.home, 'processes.json'), 'utf8')) as {
      service: string;
      pid: number;
    }[];
    return entries.map(({ service: name, pid }) => ({ name, pid }));
  }

  /** As by Ctrl-C. */
  async stop(): Promise<void> {
    if (this.starter.exitCode !== null || this.starter.signalCode !== null) return;
    const exited = once(this.starter, 'exit');
    this.starter.kill('SIGTERM');
    await exited;
  }
}

/** Makes a folder for a platform and its data. */
export async function makeStartFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'jobstream-start-'));
  // Root's Postgres runs as another user, who must be able to pass through.
  await chmod(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
