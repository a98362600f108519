import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { RefusedImageError } from '../decoding/refused-image-error.js';
import type { RenderedFor, RenderReply, SentOrder } from './render-order.js';

/**
 * The compiled script. Resolved by its package, because this module may be part of a bundle; and not before it is needed, since
 * whoever renders nothing may have a bundle without it.
 */
function findScript(): string {
  return createRequire(import.meta.url).resolve('@jobstream/images/render-process');
}

/** The rendering process ended before it answered: killed for its memory, or brought down by the image. */
export class RendererDiedError extends Error {
  override readonly name = 'RendererDiedError';
  readonly code = 'renderer_died';
}

/** The image could not be rendered now, through no fault of its own. */
export class RenderFailedError extends Error {
  override readonly name = 'RenderFailedError';
  readonly code = 'render_failed';
}

/** The rendering process can not read the file, which may lie elsewhere by now. Give it the bytes. */
export class UnreadFileError extends Error {
  override readonly name = 'UnreadFileError';
  readonly code = 'image_unread';
}

/** A process that renders one image at a time. */
export class Renderer {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private over = false;
  private running: { answer(reply: RenderReply): void; fail(error: unknown): void } | undefined;

  /**
   * @param processorMs the processor time that an image may take
   * @param onEnd called once the process has ended, for any reason
   */
  constructor(processorMs: number, onEnd: () => void) {
    // It decodes files from strangers, so it gets none of our settings and secrets.
    this.child = fork(findScript(), [String(processorMs)], {
      serialization: 'advanced',
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child.on('message', (reply) => this.running?.answer(reply as RenderReply));
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.over = true;
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

  /** Whether it has ended or is ending: it takes no more orders. */
  get isOver(): boolean {
    return this.over;
  }

  /**
   * Renders an image. When `signal` aborts, or the image takes too much processor time, the process is ended.
   * @throws RefusedImageError, RendererDiedError, RenderFailedError, UnreadFileError, or the signal's reason
   */
  async render<O extends SentOrder>(order: O, signal: AbortSignal): Promise<RenderedFor<O>> {
    signal.throwIfAborted();
    const abort = () => {
      this.running?.fail(signal.reason);
      void this.end();
    };
    signal.addEventListener('abort', abort);
    try {
      return this.resultOf<O>(await this.ask(order));
    } finally {
      this.running = undefined;
      signal.removeEventListener('abort', abort);
    }
  }

  /** Kills the process. */
  async end(): Promise<void> {
    this.over = true;
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private resultOf<O extends SentOrder>(reply: RenderReply): RenderedFor<O> {
    switch (reply.kind) {
      case 'rendered':
        // The kind of the reply follows from that of the order.
        return reply.rendered as RenderedFor<O>;
      case 'exhausted':
        void this.end();
        throw new RefusedImageError(reply.refusal.code, reply.refusal.message);
      case 'refused':
        throw new RefusedImageError(reply.refusal.code, reply.refusal.message);
      case 'unread':
        throw new UnreadFileError(`The rendering process could not read the image: ${reply.message}`);
      case 'failed':
        throw new RenderFailedError(`The image could not be rendered now: ${reply.message}`);
    }
  }

  private ask(order: SentOrder): Promise<RenderReply> {
    return new Promise((answer, fail) => {
      this.running = { answer, fail };
      this.child.send(order, (error) => {
        if (error)
          fail(new RendererDiedError('The rendering process does not accept requests.', { cause: error }));
      });
    });
  }
}
