import { availableParallelism } from 'node:os';
import type { OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { RefusedImageError } from '../decoding/refused-image-error.js';
import type { ImageFile, ImageSource, RenderedFor, RenderOrder, SentOrder } from './render-order.js';
import { Renderer, UnreadFileError } from './renderer.js';

/** A rendering process without work ends after this time. */
const idleMs = 30_000;
/** Four times the processor time of the worst image that is taken. */
const defaultProcessorMs = 20_000;

/** More than the machine has processors only take each other's turns. But a costly image must not hold up all others. */
const defaultProcesses = Math.max(2, availableParallelism());

/** Settings of {@link Renderers}. */
export const rendererSettings = z.object({
  /** Rendering processes of one worker. */
  RENDERERS: z.coerce.number().int().min(1).max(64).default(defaultProcesses),
});

/** How many rendering processes there may be, and what an image may cost. */
export interface RenderersOptions {
  /** The most processes; further images wait for one. Default: as many as the machine has processors, at least 2. */
  readonly maxProcesses?: number;
  /** The processor time after which an image is refused as unreadable. Default 20 s. */
  readonly processorMs?: number;
}

/**
 * The rendering processes of a worker, started when needed. A decoder that crashes, hangs or takes all memory costs one attempt of
 * its job, and the worker nothing.
 */
export class Renderers implements OnApplicationShutdown {
  private readonly all = new Set<Renderer>();
  /** The last one used is the next one used, so that the others can end. */
  private readonly idle = new Map<Renderer, NodeJS.Timeout>();
  /** Those that wait for a process, in their order. */
  private readonly waiting = new Set<() => void>();
  private readonly maxProcesses: number;
  private readonly processorMs: number;
  /** Orders that have a process. */
  private running = 0;

  constructor({ maxProcesses = defaultProcesses, processorMs = defaultProcessorMs }: RenderersOptions = {}) {
    this.maxProcesses = maxProcesses;
    this.processorMs = processorMs;
  }

  /**
   * Renders an image in a process of its own, once one is free. A kept image is closed afterwards, whatever happens.
   * @throws RefusedImageError, RendererDiedError, RenderFailedError, the error of a body, or the signal's reason
   */
  async render<O extends RenderOrder>(order: O, signal: AbortSignal): Promise<RenderedFor<O>> {
    try {
      await this.turn(signal);
      try {
        return await this.renderNow(order, signal);
      } finally {
        this.running -= 1;
        this.callNext();
      }
    } finally {
      if (!(order.image instanceof Uint8Array)) order.image.body.destroy();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.all].map((renderer) => renderer.end()));
  }

  /** Resolves once the order may have a process: it counts as running from then on. */
  private turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave);
        this.waiting.delete(go);
        this.running += 1;
        resolve();
      };
      const leave = () => {
        this.waiting.delete(go);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.add(go);
      this.callNext();
    });
  }

  private callNext(): void {
    if (this.running >= this.maxProcesses) return;
    const [go] = this.waiting;
    go?.();
  }

  /** A process reads a file by itself. What it can not read, it is given. */
  private async renderNow<O extends RenderOrder>(order: O, signal: AbortSignal): Promise<RenderedFor<O>> {
    const file = fileOf(order.image);
    if (file !== undefined) {
      try {
        return (await this.send({ ...order, image: file }, signal)) as RenderedFor<O>;
      } catch (error) {
        if (!(error instanceof UnreadFileError)) throw error;
      }
    }
    return (await this.send({ ...order, image: await bytesOf(order.image) }, signal)) as RenderedFor<O>;
  }

  private async send<O extends SentOrder>(order: O, signal: AbortSignal): Promise<RenderedFor<O>> {
    const renderer = this.takeIdle() ?? this.start();
    try {
      return await renderer.render(order, signal);
    } catch (error) {
      if (!isOfImage(error)) await renderer.end();
      throw error;
    } finally {
      if (!renderer.isOver) this.idle.set(renderer, setTimeout(() => void renderer.end(), idleMs).unref());
    }
  }

  private takeIdle(): Renderer | undefined {
    const renderer = [...this.idle.keys()].at(-1);
    if (renderer !== undefined) this.forget(renderer);
    return renderer;
  }

  private start(): Renderer {
    const renderer = new Renderer(this.processorMs, () => {
      this.all.delete(renderer);
      this.forget(renderer);
    });
    this.all.add(renderer);
    return renderer;
  }

  private forget(renderer: Renderer): void {
    clearTimeout(this.idle.get(renderer));
    this.idle.delete(renderer);
  }
}

/** Whether the process that answered so can render the next image. */
function isOfImage(error: unknown): boolean {
  return error instanceof RefusedImageError || error instanceof UnreadFileError;
}

function fileOf(image: ImageSource): ImageFile | undefined {
  return image instanceof Uint8Array ? undefined : image.file;
}

async function bytesOf(image: ImageSource): Promise<Uint8Array> {
  return image instanceof Uint8Array ? image : Buffer.concat((await image.body.toArray()) as Buffer[]);
}
