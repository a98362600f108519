import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Engine, UnreadableImageError, type Reading } from './engine.js';

/** Reads the text in images, one after another. A warm engine always stands ready: one that broke or was stopped is replaced. */
@Injectable()
export class Recogniser implements OnModuleInit, OnApplicationShutdown {
  private engine: Promise<Engine> | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  /** @throws EngineFailedError when there is no engine to be had */
  async onModuleInit(): Promise<void> {
    await this.warmEngine();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    await this.dropEngine();
  }

  /**
   * Reads an image once those before it are done. When `signal` aborts, the reading is stopped at once.
   * @throws UnreadableImageError, EngineFailedError, or the signal's reason
   */
  read(image: Uint8Array, signal: AbortSignal, onProgress: (share: number) => void): Promise<Reading> {
    const reading = this.turn.then(() => this.readNow(image, signal, onProgress));
    this.turn = reading.catch(() => undefined);
    return reading;
  }

  private async readNow(
    image: Uint8Array,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<Reading> {
    signal.throwIfAborted();
    const engine = await this.warmEngine();
    const stop = () => void engine.end();
    signal.addEventListener('abort', stop);
    try {
      signal.throwIfAborted();
      return await engine.read(image, onProgress);
    } catch (error) {
      if (!(error instanceof UnreadableImageError)) await this.replaceEngine();
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
