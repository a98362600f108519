import type { Health, Logger } from '@jobstream/runtime';

export interface SecretBookOptions {
  /** The secrets that sign for these types now. */
  readonly find: (types: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;
  /** Makes the tables; called before the first look, again until it succeeds. */
  readonly prepare: () => Promise<void>;
  readonly onChange: () => void;
  readonly logger: Logger;
}

/** A secret that was rotated signs here after this time at the latest. */
const lookEveryMs = 15_000;
const lookAgainMs = 1_000;

/** The secrets of the types that are served, in memory. While Postgres is away, those that are known go on signing. */
export class SecretBook {
  private types: readonly string[] = [];
  private secrets: ReadonlyMap<string, readonly string[]> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isPrepared = false;
  private mustLookAgain = false;
  private isStopped = false;

  constructor(private readonly options: SecretBookOptions) {}

  /** The secrets of a type, the newest first; empty while none is known. */
  of(type: string): readonly string[] {
    return this.secrets.get(type) ?? [];
  }

  /** Keeps the secrets of these types from now on. */
  follow(types: readonly string[]): void {
    this.types = types;
    this.look();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Not ok while a type has no secret: its jobs wait. */
  health(): Health {
    const missing = this.types.filter((type) => this.of(type).length === 0);
    if (missing.length === 0) return { ok: true, detail: { types: this.types.length } };
    const remedy = 'If Postgres is there, rotate the secret: POST /v1/job-types/{type}/secret.';
    return { ok: false, why: `No secret is known for ${missing.slice(0, 10).join(', ')}. ${remedy}` };
  }

  private look(): void {
    if (this.looking) {
      this.mustLookAgain = true;
      return;
    }
    clearTimeout(this.timer);
    this.mustLookAgain = false;
    this.looking = this.read().then((pauseMs) => {
      this.looking = undefined;
      if (this.isStopped) return;
      if (this.mustLookAgain) this.look();
      else this.timer = setTimeout(() => this.look(), pauseMs);
    });
  }

  /** @returns the milliseconds before the next look */
  private async read(): Promise<number> {
    const { find, prepare, onChange, logger } = this.options;
    if (this.types.length === 0) return lookEveryMs;
    try {
      if (!this.isPrepared) await prepare();
      this.isPrepared = true;
      this.secrets = await find(this.types);
      onChange();
      return lookEveryMs;
    } catch (err) {
      logger.warn({ err }, 'secrets of endpoints not read: trying again');
      return lookAgainMs;
    }
  }
}
