import type { Exit, GuardOrder } from './guard-messages.js';

/** One process that runs under a guard. */
export class GuardedProcess {
  /** Resolves, never rejects, once the process has ended. */
  readonly exited: Promise<Exit>;
  private resolveExited!: (exit: Exit) => void;
  private ended: Exit | undefined;

  constructor(
    readonly id: number,
    readonly pid: number,
    private readonly send: (order: GuardOrder) => void,
  ) {
    this.exited = new Promise((resolve) => (this.resolveExited = resolve));
  }

  /** How it ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.ended;
  }

  /** Sends a signal as it is: SIGKILL for a crash, SIGSTOP and SIGCONT for a freeze. */
  signal(signal: NodeJS.Signals): void {
    this.send({ order: 'signal', id: this.id, signal });
  }

  /** Asks the process to end, kills it after its limit; resolves once it has ended. */
  stop(): Promise<Exit> {
    this.send({ order: 'stop', id: this.id });
    return this.exited;
  }

  /** For the guard alone: the process has ended. */
  end(exit: Exit): void {
    this.ended ??= exit;
    this.resolveExited(exit);
  }
}
