import { retryUntil, type Logger } from '@jobstream/runtime';

const maxPauseMs = 3_000;

/** Repeats work while Kafka or Postgres is away, and tells the reason meanwhile. */
export class Outages {
  private missing: string | null = null;

  /** @param isTransient whether another try can help after an error */
  constructor(
    private readonly logger: Logger,
    private readonly signal: AbortSignal,
    private readonly isTransient: (error: unknown) => boolean,
  ) {}

  /** Why work has to wait at present; null when it does not. */
  get trouble(): string | null {
    return this.missing;
  }

  /**
   * Repeats `work` until it succeeds. Resolves as it does.
   * @param name of the work, in the log and in {@link trouble}
   * @throws an error that is not transient, and the signal's reason once it is aborted
   */
  async outlast<T>(name: string, work: () => Promise<T>): Promise<T> {
    let done: { readonly result: T } | undefined;
    const { signal, isTransient } = this;
    const onFailure = (error: unknown) => this.noteFailure(name, error);
    await retryUntil(
      async () => {
        done = { result: await work() };
      },
      { signal, isTransient, maxPauseMs, onFailure },
    );
    if (done === undefined) throw signal.reason;
    this.noteSuccess(name);
    return done.result;
  }

  private noteFailure(name: string, error: unknown): void {
    if (this.missing === null) this.logger.warn({ err: error }, `${name} failed: trying again`);
    this.missing = `${name}: ${error instanceof Error ? error.message : String(error)}`;
  }

  private noteSuccess(name: string): void {
    if (this.missing !== null) this.logger.info(`${name} resumed`);
    this.missing = null;
  }
}
