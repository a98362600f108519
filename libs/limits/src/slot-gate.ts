import type { Logger } from '@jobstream/runtime';
import type { LimitRule } from './limit-rule.js';
import type { SlotName, SlotStore } from './slot-store.js';
import { WaitingRoom, type Dismissal } from './waiting-room.js';

/** Gives back what a job held. */
export type Leave = () => void;

/** What {@link SlotGate} takes. */
export interface SlotGateOptions {
  readonly store: Pick<SlotStore, 'leaseMs' | 'release' | 'renewAndTake'>;
  /** Places of one limit that this worker asks for at once: more it could not use. */
  readonly mostAtOnce: number;
  readonly logger: Logger;
  /** Monotonic, in milliseconds. */
  now(this: void): number;
}

/** Between two looks for a free place while somebody waits for one. */
const lookEveryMs = 100;
/** What ends within such a time is given back together. */
const gatherMs = 10;
const awayPauseMs = 500;
/** How long one worker may use a place for one job after another; then it leaves it to the others for a moment. */
const keepMs = 2_000;
const restMs = 150;

interface Slot extends SlotName {
  readonly takenAt: number;
  leaseEndsAt: number;
}

/**
 * Lets jobs in while a concurrency limit has a place for them. Places are leased together; who waits for one holds
 * nothing of the worker's. While Postgres is away, places that are held go on until their leases end, and nobody else is
 * let in.
 */
export class SlotGate {
  private readonly room = new WaitingRoom<Leave>();
  private readonly most = new Map<string, number>();
  /** Until when this worker leaves a limit to the others. */
  private readonly restUntil = new Map<string, number>();
  private readonly held = new Map<string, Slot>();
  private readonly ended: Slot[] = [];
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;
  private busy = false;
  private stopped = false;
  private isAway = false;

  constructor(private readonly options: SlotGateOptions) {}

  enter(
    { id, most }: Extract<LimitRule, { kind: 'concurrency' }>,
    gone: AbortSignal,
  ): Promise<Leave | Dismissal> {
    this.most.set(id, most);
    if (this.room.isEmpty(id)) this.runIn(gatherMs);
    return this.room.wait(id, gone);
  }

  /** How many limits it remembers. */
  get size(): number {
    return this.most.size;
  }

  dismiss(why: Dismissal): void {
    this.room.dismiss(why);
  }

  /** Lets nobody in any more and gives back what is free. Leases of what still runs end by themselves. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    if (this.ended.length > 0) await this.options.store.release(this.ended).catch(() => undefined);
  }

  private leave(slot: Slot): void {
    if (this.held.get(nameOf(slot)) !== slot) return; // lost meanwhile
    const now = this.options.now();
    const mayKeep =
      now - slot.takenAt < keepMs && now < slot.leaseEndsAt - this.renewMs && !this.isLowered(slot);
    if (mayKeep && this.room.admit(slot.id, () => this.leave(slot))) return;
    this.held.delete(nameOf(slot));
    this.ended.push(slot);
    if (!this.room.isEmpty(slot.id)) this.restUntil.set(slot.id, now + restMs);
    this.runIn(gatherMs);
  }

  private isLowered({ id, slot }: Slot): boolean {
    return slot > (this.most.get(id) ?? 0);
  }

  private get renewMs(): number {
    return this.options.store.leaseMs / 3;
  }

  private runIn(ms: number): void {
    const at = this.options.now() + ms;
    if (this.stopped || this.busy || at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => void this.run(), ms);
  }

  private async run(): Promise<void> {
    this.busy = true;
    this.timerAt = Infinity;
    try {
      await this.giveBack();
      this.forgetUnused();
      await this.renewAndTake();
      if (this.isAway) this.options.logger.info('limits: Postgres is there again');
      this.isAway = false;
    } catch (error) {
      if (!this.isAway)
        this.options.logger.warn({ err: error }, 'limits: no places can be leased, limited jobs wait');
      this.isAway = true;
    }
    this.busy = false;
    if (this.stopped) return;
    if (this.room.size > 0 || this.ended.length > 0) this.runIn(this.isAway ? awayPauseMs : lookEveryMs);
    else if (this.held.size > 0) this.runIn(this.renewMs);
  }

  private async giveBack(): Promise<void> {
    const slots = this.ended.splice(0);
    if (slots.length === 0) return;
    try {
      await this.options.store.release(slots);
    } catch (error) {
      this.ended.push(...slots);
      throw error;
    }
  }

  private async renewAndTake(): Promise<void> {
    const { store, now, mostAtOnce, logger } = this.options;
    const askedAt = now();
    const due = [...this.held.values()].filter(
      ({ leaseEndsAt }) => leaseEndsAt - askedAt < store.leaseMs - this.renewMs,
    );
    const wishes = [...this.room.waiting()]
      .filter(([id]) => (this.restUntil.get(id) ?? 0) <= askedAt)
      .map(([id, count]) => ({ id, count: Math.min(count, mostAtOnce), most: this.most.get(id)! }));
    if (due.length === 0 && wishes.length === 0) return;
    const { renewed, taken } = await store.renewAndTake(due, wishes);
    const kept = new Set(renewed.map(nameOf));
    for (const slot of due) {
      if (kept.has(nameOf(slot))) slot.leaseEndsAt = askedAt + store.leaseMs;
      else if (this.held.get(nameOf(slot)) === slot) {
        this.held.delete(nameOf(slot));
        logger.warn({ limit: slot.id, slot: slot.slot }, 'limits: a place was lost while its job runs');
      }
    }
    for (const { id, slot } of taken)
      this.use({ id, slot, takenAt: askedAt, leaseEndsAt: askedAt + store.leaseMs });
  }

  private use(slot: Slot): void {
    this.held.set(nameOf(slot), slot);
    if (!this.room.admit(slot.id, () => this.leave(slot))) this.leave(slot);
  }

  /** There may be a limit for every value of a key: those that nobody waits for and nobody holds are not remembered. */
  private forgetUnused(): void {
    const held = new Set([...this.held.values()].map(({ id }) => id));
    for (const id of this.most.keys()) {
      if (held.has(id) || !this.room.isEmpty(id)) continue;
      this.most.delete(id);
      this.restUntil.delete(id);
    }
  }
}

function nameOf({ id, slot }: SlotName): string {
  return `${slot}/${id}`;
}
