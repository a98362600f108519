import type { WorkerSign } from '@jobstream/contracts/records';
import type { WorkerView } from '@jobstream/contracts/rest';

/** A worker that has told nothing for this long is silent. */
export const silentAfterMs = 30_000;
/** After this time it is forgotten. */
export const forgottenAfterMs = 600_000;
const maxWorkers = 1_000;

/** The newest sign of a worker, and when it was given. */
interface HeardSign {
  readonly sign: WorkerSign;
  /** Milliseconds since 1970, by the broker's time. */
  readonly at: number;
}

/** The workers that have told of themselves lately. Bounded: beyond a thousand the one that has told nothing for longest is dropped. */
export class WorkerBook {
  /** By id; the one that told something last is the last one. */
  private readonly signs = new Map<string, HeardSign>();

  constructor(private readonly max = maxWorkers) {}

  /** @param sign null where the worker has ended in order */
  apply(id: string, sign: WorkerSign | null, at: number): void {
    this.signs.delete(id);
    if (sign === null) return;
    this.signs.set(id, { sign, at });
    if (this.signs.size <= this.max) return;
    const [oldest] = this.signs.keys();
    this.signs.delete(oldest!);
  }

  clear(): void {
    this.signs.clear();
  }

  /** All that are not forgotten, by service and id. */
  list(now: number): WorkerView[] {
    for (const [id, { at }] of this.signs) if (now - at > forgottenAfterMs) this.signs.delete(id);
    return [...this.signs.values()].map((heard) => viewOf(heard, now)).sort(byService);
  }
}

function viewOf({ sign: { v: _, ...told }, at }: HeardSign, now: number): WorkerView {
  const state = now - at > silentAfterMs ? 'silent' : 'alive';
  return { ...told, state, lastSignAt: new Date(at).toISOString() };
}

function byService(a: WorkerView, b: WorkerView): number {
  return a.service.localeCompare(b.service) || a.id.localeCompare(b.id);
}
