import type { OnApplicationShutdown } from '@nestjs/common';
import { RefusedImageError } from '../decoding/refused-image-error.js';
import type { RenderedFor, RenderOrder } from './render-order.js';
import { Renderer } from './renderer.js';

/** How long a rendering process is kept without work. */
const idleMs = 30_000;
/** Processor time of the worst image that is taken, four times over. */
const usualProcessorMs = 20_000;

/**
 * The rendering processes of a worker: as many as images are rendered at the same time, started when needed. A decoder that
 * crashes, hangs or takes all memory so costs one attempt of the job that made it, and the worker nothing.
 */
export class Renderers implements OnApplicationShutdown {
  private readonly all = new Set<Renderer>();
  /** The last one used is the next one used, so that the others can go. */
  private readonly idle = new Map<Renderer, NodeJS.Timeout>();

  /** @param processorMs how much processor time an image may take before it is refused as unreadable; 20 s by default */
  constructor(private readonly processorMs = usualProcessorMs) {}

  /** See {@link Renderer.render}. */
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
