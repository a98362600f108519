import type { HeldReplay, ReplayStore } from '../rows/replay-store.js';
import type { Replay } from '../rows/replay.js';

/** The turn ends in this process: the replay was cancelled, another process holds it, or this process ends. */
export class StoppedError extends Error {}

/** The time in which this process holds the lease of a replay. */
export class Turn {
  private held: Replay['state'] | undefined;

  /** @param stopping aborted when the process ends */
  constructor(
    private readonly replays: ReplayStore,
    private readonly replay: HeldReplay,
    private readonly leaseMs: number,
    readonly stopping: AbortSignal,
  ) {
    this.held = replay.replay.state;
  }

  /** The state of the replay, as of the last renewal; undefined once another process holds it. */
  get state(): Replay['state'] | undefined {
    return this.held;
  }

  /**
   * Does the work while the lease is renewed, then ends the replay. Resolves with true once it has ended, with false when it is left
   * to another process.
   * @throws what the work throws
   */
  async during(work: () => Promise<void>): Promise<boolean> {
    const renewing = setInterval(() => void this.renew().catch(() => undefined), this.leaseMs / 3);
    try {
      await work();
      return await this.replays.finish(this.replay);
    } catch (error) {
      if (!(error instanceof StoppedError) && !this.stopping.aborted) throw error;
      return false;
    } finally {
      clearInterval(renewing);
    }
  }

  async renew(): Promise<Replay['state'] | undefined> {
    this.held = await this.replays.renew(this.replay, this.leaseMs);
    return this.held;
  }

  /** @throws StoppedError or the signal's reason when this process has to stop */
  check(): void {
    this.stopping.throwIfAborted();
    if (this.held === undefined) throw new StoppedError();
  }
}
