import type { FastifyReply } from 'fastify';
import { ProblemError } from '../http/problem-error.js';

/** Each costs a connection and some memory. */
const mostOpen = 10_000;

/** The requests that are held open: waits and streams. They end when the client leaves or the process drains. */
export class OpenRequests {
  private readonly open = new Set<AbortController>();
  private draining = false;

  /**
   * Aborts when the connection of this reply closes or the process drains.
   * @throws ProblemError `too_many_open`
   */
  signalOf(reply: FastifyReply): AbortSignal {
    if (this.open.size >= mostOpen)
      throw new ProblemError('too_many_open', 'Ask again later, or read the job without waiting.');
    const controller = new AbortController();
    if (this.draining || reply.raw.destroyed) controller.abort();
    this.open.add(controller);
    reply.raw.once('close', () => {
      this.open.delete(controller);
      controller.abort();
    });
    return controller.signal;
  }

  /** Ends all of them: waits answer what they know, clients of streams resume elsewhere. */
  drain(): void {
    this.draining = true;
    for (const controller of this.open) controller.abort();
  }
}
