import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Child } from '../child.js';
import { Redis, type RedisFsync } from './redis.js';

const folder = fileURLToPath(new URL('../../peers/', import.meta.url));

/** Slots of an image worker, as of the platform's. */
const imageSlots = 4;

/** BullMQ on a Redis of its own: programs of the package `bench/peers`, each in its process. */
export class Bullmq {
  /** Slots of its worker: as many as the platform's. */
  readonly concurrency = 100;
  private queues = 0;

  private constructor(private readonly redis: Redis) {}

  /**
   * Installs the package where it is not yet, and starts Redis.
   * @throws UsageError without redis-server
   */
  static async start(fsync: RedisFsync): Promise<Bullmq> {
    if (!existsSync(`${folder}node_modules`))
      await promisify(execFile)('npm', ['ci', '--ignore-scripts'], { cwd: folder });
    return new Bullmq(await Redis.start(fsync));
  }

  /** The name of a queue that is nobody else's. */
  newQueue(): string {
    return `probe-${++this.queues}`;
  }

  /** @returns the API's origin */
  async startApi(queue: string): Promise<{ api: Child; origin: string }> {
    const api = Child.start('../peers/bullmq-api.mjs');
    return { api, origin: await api.call<string>('start', this.placeOf(queue)) };
  }

  async startWorker(queue: string): Promise<Child> {
    const worker = Child.start('../peers/bullmq-worker.mjs');
    await worker.call('start', { ...this.placeOf(queue), concurrency: this.concurrency });
    return worker;
  }

  /** A worker that renders thumbnails, with as many slots as an image worker of the platform. */
  async startImageWorker(queue: string): Promise<Child> {
    const worker = Child.start('../peers/bullmq-image-worker.mjs');
    await worker.call('start', { ...this.placeOf(queue), concurrency: imageSlots });
    return worker;
  }

  async startProducer(queue: string): Promise<Child> {
    const producer = Child.start('../peers/bullmq-producer.mjs');
    await producer.call('start', this.placeOf(queue));
    return producer;
  }

  stop(): Promise<void> {
    return this.redis.stop();
  }

  private placeOf(queue: string): { port: number; queue: string } {
    return { port: this.redis.port, queue };
  }
}
