import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { freePort } from '@jobstream/testing';
import { UsageError } from '../usage-error.js';

/** How often the file of Redis reaches the disk: once a second, or before each answer. */
export type RedisFsync = 'everysec' | 'always';

const lookMs = 20;

/** A Redis of the system's own package, on a free port of loopback, with its append-only file in a folder of its own. */
export class Redis {
  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @throws UsageError where there is no redis-server: the message says how to get one */
  static async start(fsync: RedisFsync): Promise<Redis> {
    const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'jobstream-redis-'))];
    const options = { bind: '127.0.0.1', port, dir: folder, save: '', appendonly: 'yes', appendfsync: fsync };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const redis = new Redis(port, child, folder);
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

  async stop(): Promise<void> {
    if (this.process.pid !== undefined && this.process.exitCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill();
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private answers(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.process.once('error', (error) =>
        reject(
          new UsageError(
            '--peers needs redis-server, which is not there. On Debian and Ubuntu: apt-get install redis-server. On macOS: brew install redis.',
            { cause: error },
          ),
        ),
      );
      this.process.once('exit', (code) => reject(new Error(`redis-server ended with ${code}.`)));
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
