import type { FastifyReply } from 'fastify';

/** The requests that are held open: waits and streams. They end when the client leaves or the process drains. */
export class OpenRequests {
  private readonly open = new Set<AbortController>();
  private draining = false;

  /** Aborts when the connection of this reply closes or the process drains. */
  signalOf(reply: FastifyReply): AbortSignal {
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
