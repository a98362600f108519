import { setTimeout as pause } from 'node:timers/promises';

/** Why a run ends before its time: its order was withdrawn, its lease went to another process, or the process stops. */
export type InterruptionReason = 'cancelled' | 'lost' | 'stopped';

/** A run was ended from outside. */
export class InterruptedError extends Error {
  constructor(readonly why: InterruptionReason) {
    super(`The rebuild was ${why}.`);
  }
}

/** Ends a run from outside. The first reason counts. */
export class Interruption {
  private readonly controller = new AbortController();

  /** @param reason why, or the error of something that runs beside it */
  interrupt(reason: InterruptionReason | Error): void {
    this.controller.abort(typeof reason === 'string' ? new InterruptedError(reason) : reason);
  }

  /** The reason of the interruption; `error` if there was none. */
  reasonOr(error: unknown): unknown {
    return this.controller.signal.aborted ? this.controller.signal.reason : error;
  }

  /** @throws the reason, once there is one */
  check(): void {
    this.controller.signal.throwIfAborted();
  }

  /** @throws the reason, at once when there is one */
  async rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.controller.signal }).catch(() => undefined);
    this.check();
  }

  /**
   * The result of `work`, which may never end.
   * @throws the reason, at once when there is one; nobody waits for `work` any longer
   */
  async unless<Result>(work: Promise<Result>): Promise<Result> {
    const { signal } = this.controller;
    let stop: () => void = () => undefined;
    const interrupted = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason as Error);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    });
    try {
      return await Promise.race([interrupted, work]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
