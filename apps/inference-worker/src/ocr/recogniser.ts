import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RenderedPage } from '@jobstream/images';
import { Engine, type Layout, type Reading } from './engine.js';

/**
 * Pixels of the largest page that an engine reads and is kept: A4 at 300 dpi has 8.7 million. Its memory grows with the largest
 * page and never shrinks again (WebAssembly can't), so after a larger one it is replaced.
 */
const maxKeptPixels = 10_000_000;

/** Reads the text of pages, one after another. A warm engine always stands ready: one that broke or was stopped is replaced. */
@Injectable()
export class Recogniser implements OnModuleInit, OnApplicationShutdown {
  private engine: Promise<Engine> | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  /** @throws EngineFailedError when no engine starts */
  async onModuleInit(): Promise<void> {
    await this.warmEngine();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    await this.dropEngine();
  }

  /**
   * Reads a page once those before it are done. When `signal` aborts, the reading is stopped at once.
   * @param onProgress told the share that is read, 0 to 1, now and then
   * @throws EngineFailedError, or the signal's reason
   */
  read(page: RenderedPage, signal: AbortSignal, onProgress: (share: number) => void): Promise<Reading> {
    const reading = this.turn.then(() => this.readNow(page, signal, onProgress));
    this.turn = reading.catch(() => undefined);
    return reading;
  }

  private async readNow(
    page: RenderedPage,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<Reading> {
    signal.throwIfAborted();
    const engine = await this.warmEngine();
    const stop = () => void engine.end();
    signal.addEventListener('abort', stop);
    try {
      signal.throwIfAborted();
      const reading = await readSomehow(engine, page, onProgress);
      if (page.width * page.height > maxKeptPixels) await this.replaceEngine();
      return reading;
    } catch (error) {
      await this.replaceEngine();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private warmEngine(): Promise<Engine> {
    return (this.engine ??= Engine.start());
  }

  private async replaceEngine(): Promise<void> {
    await this.dropEngine();
    if (this.closed) return;
    // Whoever reads next meets its failure, should it fail.
    this.warmEngine().catch(() => (this.engine = undefined));
  }

  private async dropEngine(): Promise<void> {
    const engine = await this.engine?.catch(() => undefined);
    this.engine = undefined;
    await engine?.end();
  }
}

/** One way to read a page. */
interface Way {
  readonly layout: Layout;
  /** With black and white exchanged. */
  readonly isNegative: boolean;
}

/**
 * The ways in which a page is read until there is text. The first is right for nearly all; it overlooks single letters. A page that
 * is light on dark, as screens are, is nothing but ink to both, until it is made a negative of.
 */
function waysToRead(page: RenderedPage): readonly Way[] {
  const asIs: readonly Way[] = [
    { layout: 'automatic', isNegative: false },
    { layout: 'oneBlock', isNegative: false },
  ];
  return isDark(page) ? [...asIs, { layout: 'automatic', isNegative: true }] : asIs;
}

async function readSomehow(
  engine: Engine,
  page: RenderedPage,
  onProgress: (share: number) => void,
): Promise<Reading> {
  for (const [nth, { layout, isNegative }] of waysToRead(page).entries()) {
    const reading = await engine.read(isNegative ? negativeOf(page) : page, layout, (share) => {
      // Progress only ever goes up, so the first way has all of it.
      if (nth === 0) onProgress(share);
    });
    if (reading.text !== '') return reading;
  }
  return { text: '', confidence: 0 };
}

function isDark({ pixels }: RenderedPage): boolean {
  return pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length < 100;
}

function negativeOf({ pixels, width, height }: RenderedPage): RenderedPage {
  return { pixels: pixels.map((pixel) => 255 - pixel), width, height };
}
