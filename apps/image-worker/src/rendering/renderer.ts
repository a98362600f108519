import { fork, type ChildProcess } from 'node:child_process';
import type { RenderOrder, RenderReply } from './render-order.js';

/** Compiled, found alike from `src` (under jest) and from `dist`. */
const script = new URL('../../dist/rendering/render-process.js', import.meta.url);

/** The rendering process ended before it answered: killed for its memory, or brought down by the image. */
export class RendererDiedError extends Error {
  override readonly name = 'RendererDiedError';
  readonly code = 'renderer_died';
}

/** A process that renders one image at a time. */
export class Renderer {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private running: { answer(reply: RenderReply): void; fail(error: unknown): void } | undefined;

  /** @param onEnd called once it has ended, for whatever reason */
  constructor(onEnd: () => void) {
    // It decodes what strangers sent: it gets none of our settings and secrets.
    this.child = fork(script, {
      serialization: 'advanced',
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child.on('message', (reply) => this.running?.answer(reply as RenderReply));
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.running?.fail(new RendererDiedError(`The rendering process ended before it was done: ${how}.`));
        resolve();
      };
      this.child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
      this.child.on('error', (error) => end(error.message));
    });
    void this.ended.then(onEnd);
  }

  /** The process's id; undefined if it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /**
   * Renders an image. When `signal` aborts, the process is ended.
   * @throws RendererDiedError, or the signal's reason
   */
  async render(order: RenderOrder, signal: AbortSignal): Promise<RenderReply> {
    signal.throwIfAborted();
    const abort = () => {
      this.running?.fail(signal.reason);
      void this.end();
    };
    signal.addEventListener('abort', abort);
    try {
      return await this.ask(order);
    } finally {
      this.running = undefined;
      signal.removeEventListener('abort', abort);
    }
  }

  /** Ends the process, whatever it does. */
  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private ask(order: RenderOrder): Promise<RenderReply> {
    return new Promise((answer, fail) => {
      this.running = { answer, fail };
      this.child.send(order, (error) => {
        if (error) fail(new RendererDiedError('The rendering process takes no orders.', { cause: error }));
      });
    });
  }
}
