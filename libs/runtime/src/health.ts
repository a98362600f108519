import { inTime } from './in-time.js';

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

/** What strangers are shown of a {@link HealthReport}: which parts are up, and nothing of why or where. */
export interface HealthSummary {
  readonly ready: boolean;
  readonly draining: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean }>>;
}

/** What of a report is shown to whoever asks. */
export function summarize({ ready, draining, checks }: HealthReport): HealthSummary {
  const parts = Object.entries(checks).map(([name, { ok }]) => [name, { ok }] as const);
  return { ready, draining, checks: Object.fromEntries(parts) };
}

/** The header of `/health/ready` that says which process answers: the JOBSTREAM_INSTANCE_TOKEN that it was started with. */
export const instanceHeader = 'jobstream-instance';

/** {@link instanceHeader} where whoever started the process gave it a token, else nothing. */
export function instanceHeaders({ instanceToken }: HealthRegistry): Readonly<Record<string, string>> {
  return instanceToken === '' ? {} : { [instanceHeader]: instanceToken };
}

const patienceMs = 1_000;
/** So long what was found is good enough for whoever asks. */
const freshMs = 1_000;

type Found = Readonly<Record<string, Health>>;

/** The checks of one process. However many ask, each part is asked once at a time, and at most once a second. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private last: { readonly found: Promise<Found>; readonly askedAt: number } | undefined;
  private isAsking = false;
  private draining = false;

  /**
   * @param instanceToken JOBSTREAM_INSTANCE_TOKEN; empty where there is none
   * @param now milliseconds of a steady clock
   */
  constructor(
    readonly instanceToken = '',
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Adds a check; a second one of the same name takes the first one's place. */
  add(name: string, check: HealthCheck): void {
    this.checks.set(name, check);
    this.last = undefined;
  }

  /** From now on the process is not ready: it is stopping. */
  drain(): void {
    this.draining = true;
  }

  /** How the parts are, or were within the last second. That the process drains is told at once. */
  async report(): Promise<HealthReport> {
    const checks = await this.find();
    const ready = !this.draining && Object.values(checks).every((health) => health.ok);
    return { ready, draining: this.draining, checks };
  }

  private find(): Promise<Found> {
    const { last } = this;
    if (last && (this.isAsking || this.now() - last.askedAt < freshMs)) return last.found;
    this.isAsking = true;
    const found = this.ask().finally(() => (this.isAsking = false));
    this.last = { found, askedAt: this.now() };
    return found;
  }

  private async ask(): Promise<Found> {
    const entries = [...this.checks].map(async ([name, check]) => [name, await askInTime(check)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }
}

async function askInTime(check: HealthCheck): Promise<Health> {
  try {
    const health = await inTime(Promise.resolve(check()), patienceMs);
    return health ?? { ok: false, why: `No answer within ${patienceMs} ms.` };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
