import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { RenderOrder, RenderReply } from './render-order.js';
import { Renderer } from './renderer.js';

/** How long a rendering process is kept without work. */
const idleMs = 30_000;

/**
 * The rendering processes of a worker: as many as images are rendered at the same time, started when needed. A decoder that
 * crashes, hangs or takes all memory so costs one attempt of the job that made it, and the worker nothing.
 */
@Injectable()
export class Renderers implements OnApplicationShutdown {
  private readonly all = new Set<Renderer>();
  /** The last one used is the next one used, so that the others can go. */
  private readonly idle = new Map<Renderer, NodeJS.Timeout>();

  /** See {@link Renderer.render}. */
  async render(order: RenderOrder, signal: AbortSignal): Promise<RenderReply> {
    const renderer = this.takeIdle() ?? this.start();
    try {
      const reply = await renderer.render(order, signal);
      this.idle.set(renderer, setTimeout(() => void renderer.end(), idleMs).unref());
      return reply;
    } catch (error) {
      await renderer.end();
      throw error;
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
    const renderer = new Renderer(() => {
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
