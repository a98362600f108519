import type { OnApplicationShutdown } from '@nestjs/common';
import { RefusedImageError } from '../decoding/refused-image-error.js';
import type { RenderedFor, RenderOrder } from './render-order.js';
import { Renderer } from './renderer.js';

/** A rendering process without work ends after this time. */
const idleMs = 30_000;
/** Four times the processor time of the worst image that is taken. */
const defaultProcessorMs = 20_000;

/**
 * The rendering processes of a worker, started when needed: one for each image that is rendered at the same time. A decoder that
 * crashes, hangs or takes all memory costs one attempt of its job, and the worker nothing.
 */
export class Renderers implements OnApplicationShutdown {
  private readonly all = new Set<Renderer>();
  /** The last one used is the next one used, so that the others can end. */
  private readonly idle = new Map<Renderer, NodeJS.Timeout>();

  /** @param processorMs the processor time after which an image is refused as unreadable; default 20 s */
  constructor(private readonly processorMs = defaultProcessorMs) {}

  /** Renders an image in a process of its own. @throws as {@link Renderer.render} does */
  async render<O extends RenderOrder>(order: O, signal: AbortSignal): Promise<RenderedFor<O>> {
    const renderer = this.takeIdle() ?? this.start();
    try {
      return await renderer.render(order, signal);
    } catch (error) {
      if (!(error instanceof RefusedImageError)) await renderer.end();
      throw error;
    } finally {
      if (!renderer.isOver) this.idle.set(renderer, setTimeout(() => void renderer.end(), idleMs).unref());
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.all].map((renderer) => renderer.end()));
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
