import { inTime } from './in-time.js';

/** The health of one part of a process. `detail` is data for people and monitors. */
export type Health =
  | { readonly ok: true; readonly detail?: unknown }
  | { readonly ok: false; readonly why: string; readonly detail?: unknown };

/** Asks a part for its health. It should answer at once; a check that throws or takes over a second counts as not ok. */
export type HealthCheck = () => Health | Promise<Health>;

/** The body of `/health/ready`. */
export interface HealthReport {
  /** Every check is ok and the process is not draining. */
  readonly ready: boolean;
  readonly draining: boolean;
  readonly checks: Readonly<Record<string, Health>>;
}

/** The part of a {@link HealthReport} that strangers see: which parts are up, without reasons and addresses. */
export interface HealthSummary {
  readonly ready: boolean;
  readonly draining: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean }>>;
}

/** Leaves out reasons and details. */
export function summarize({ ready, draining, checks }: HealthReport): HealthSummary {
  const parts = Object.entries(checks).map(([name, { ok }]) => [name, { ok }] as const);
  return { ready, draining, checks: Object.fromEntries(parts) };
}

/** The header of `/health/ready` that says which process answers: the JOBSTREAM_INSTANCE_TOKEN that it was started with. */
export const instanceHeader = 'jobstream-instance';

/** {@link instanceHeader} where the process was started with a token, else nothing. */
export function instanceHeaders({ instanceToken }: HealthRegistry): Readonly<Record<string, string>> {
  return instanceToken === '' ? {} : { [instanceHeader]: instanceToken };
}

const timeoutMs = 1_000;
/** A report is repeated to callers for this time. */
const freshMs = 1_000;

type Found = Readonly<Record<string, Health>>;

/** The checks of one process. Each part is asked once at a time and at most once a second, however many callers ask. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private last: { readonly found: Promise<Found>; readonly askedAt: number } | undefined;
  private isAsking = false;
  private draining = false;

  /**
   * @param instanceToken JOBSTREAM_INSTANCE_TOKEN; empty where it is not set
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

  /** From now on the process is not ready, because it stops. */
  drain(): void {
    this.draining = true;
  }

  /** The health of all parts, at most a second old. `draining` is never old. */
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
    const health = await inTime(Promise.resolve(check()), timeoutMs);
    return health ?? { ok: false, why: `No answer within ${timeoutMs} ms.` };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
