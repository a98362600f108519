import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { freePort } from '@jobstream/testing';
import type { MeteredProcess } from '../cpu-meter.js';
import { UsageError } from '../usage-error.js';

/** How often the file of Redis reaches the disk: once a second, or before each answer. */
export type RedisFsync = 'everysec' | 'always';

const lookMs = 20;

/** A Redis of the system's own package, on a free port of loopback, with its append-only file in a folder of its own. */
export class Redis {
  private constructor(
    readonly port: number,
    private readonly fsync: RedisFsync,
    private readonly server: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @throws UsageError where there is no redis-server: the message says how to get one */
  static async start(fsync: RedisFsync): Promise<Redis> {
    const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'jobstream-redis-'))];
    const options = { bind: '127.0.0.1', port, dir: folder, save: '', appendonly: 'yes', appendfsync: fsync };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const redis = new Redis(port, fsync, child, folder);
    try {
      await redis.answers();
    } catch (error) {
      await redis.stop();
      throw error;
    }
    // Where the bench is ended in its middle.
    process.once('exit', () => child.kill());
    return redis;
  }

  /** For people, e.g. `Redis 7.0.15`. */
  static async version(): Promise<string> {
    const { stdout } = await promisify(execFile)('redis-server', ['--version']);
    return `Redis ${/v=(\S+)/.exec(stdout)?.[1] ?? 'of an unknown version'}`;
  }

  get process(): MeteredProcess {
    return { name: 'redis', pid: this.server.pid! };
  }

  /** For people. */
  get durability(): string {
    const when = { everysec: 'once a second', always: 'before each answer' }[this.fsync];
    return `append-only file, on the disk ${when}`;
  }

  async stop(): Promise<void> {
    if (this.server.pid !== undefined && this.server.exitCode === null) {
      const ended = once(this.server, 'exit');
      this.server.kill();
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private answers(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', (error) =>
        reject(
          new UsageError(
            'BullMQ and Celery need redis-server, which is not there. On Debian and Ubuntu: apt-get install redis-server. On macOS: brew install redis.',
            { cause: error },
          ),
        ),
      );
      this.server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}.`)));
      const look = () => {
        const socket = connect(this.port, '127.0.0.1');
        socket.once('connect', () => {
          socket.destroy();
          resolve();
        });
        socket.once('error', () => setTimeout(look, lookMs));
      };
      look();
    });
  }
}
