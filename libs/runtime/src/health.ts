/** How one part of a process is. `detail` is data for people and monitors. */
export type Health =
  | { readonly ok: true; readonly detail?: unknown }
  | { readonly ok: false; readonly why: string; readonly detail?: unknown };

/** Asks a part how it is. Should answer at once; one that throws or takes over a second counts as not ok. */
export type HealthCheck = () => Health | Promise<Health>;

/** What `/health/ready` shows. */
export interface HealthReport {
  /** Every check is ok and the process is not draining. */
  readonly ready: boolean;
  readonly draining: boolean;
  readonly checks: Readonly<Record<string, Health>>;
}

/** The header of `/health/ready` that says which process answers: the JOBSTREAM_INSTANCE_TOKEN that it was started with. */
export const instanceHeader = 'jobstream-instance';

/** {@link instanceHeader} where whoever started the process gave it a token, else nothing. */
export function instanceHeaders({ instanceToken }: HealthRegistry): Readonly<Record<string, string>> {
  return instanceToken === '' ? {} : { [instanceHeader]: instanceToken };
}

const patienceMs = 1_000;

/** The checks of one process. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private draining = false;

  /** @param instanceToken JOBSTREAM_INSTANCE_TOKEN; empty where there is none */
  constructor(readonly instanceToken = '') {}

  /** Adds a check; a second one of the same name takes the first one's place. */
  add(name: string, check: HealthCheck): void {
    this.checks.set(name, check);
  }

  /** From now on the process is not ready: it is stopping. */
  drain(): void {
    this.draining = true;
  }

  async report(): Promise<HealthReport> {
    const entries = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await askInTime(check)] as const),
    );
    const ready = !this.draining && entries.every(([, health]) => health.ok);
    return { ready, draining: this.draining, checks: Object.fromEntries(entries) };
  }
}

async function askInTime(check: HealthCheck): Promise<Health> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Health>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, why: `No answer within ${patienceMs} ms.` }), patienceMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
