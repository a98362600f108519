import type { FastifyReply } from 'fastify';
import { ProblemError } from '../http/problem-error.js';

/** Each costs a connection and some memory. */
const mostOpen = 10_000;

/** The requests that are held open: waits and streams. They end when the client leaves, its key is revoked or the process drains. */
export class OpenRequests {
  private readonly open = new Set<AbortController>();
  private draining = false;

  /**
   * Aborts when the connection of this reply closes, the API key of its request is revoked, or the process drains.
   * @throws ProblemError `too_many_open`
   */
  signalOf(reply: FastifyReply): AbortSignal {
    if (this.open.size >= mostOpen)
      throw new ProblemError('too_many_open', 'Ask again later, or read the job without waiting.');
    // A connection that has closed does not close again: nothing would ever take its request out.
    if (this.draining || reply.raw.destroyed) return AbortSignal.abort();
    const controller = new AbortController();
    this.open.add(controller);
    const { signal } = controller;
    reply.request.caller?.revoked.addEventListener('abort', () => controller.abort(), { once: true, signal });
    reply.raw.once('close', () => {
      this.open.delete(controller);
      controller.abort();
    });
    return signal;
  }

  /** Ends all of them: waits answer what they know, clients of streams resume elsewhere. */
  drain(): void {
    this.draining = true;
    for (const controller of this.open) controller.abort();
  }
}
