import type { TopicRole } from '@jobstream/contracts';
import type { Delivery } from '@jobstream/kafka';
import type { Clock } from '@jobstream/runtime';
import { DueQueue } from './due-queue.js';
import { Fifo } from './fifo.js';
import { LanePicker, pickLanes, type PickLane } from './lane-picker.js';

/** Gives the slot back: the handler has ended. Repeats are ignored. */
export type FreeSlot = () => void;

/** What {@link DeliveryScheduler} takes. */
export interface SchedulerOptions {
  /** Handlers that run at the same time. */
  readonly slots: number;
  /** Deliveries at most whose handler has ended and whose outcome is not acknowledged yet. */
  readonly unsettledLimit: number;
  /** The broker's time: retries are due by the time their record was appended. */
  readonly clock: Clock;
  roleOf(topic: string): TopicRole | undefined;
  /** Works on a delivery; settles once it is done with. Must not reject. */
  work(delivery: Delivery, freeSlot: FreeSlot): Promise<void>;
}

/** How a scheduler stands. */
export interface SchedulerLoad {
  readonly slots: number;
  readonly running: number;
  readonly unsettled: number;
  readonly waiting: Readonly<Record<PickLane, number>>;
  /** Retries that are not due yet. */
  readonly notDue: number;
}

/**
 * Decides which delivery is worked on next. Requests wait in the lane of their topic, retries until they are due, never
 * less; then lanes take turns by their shares for the free slots. What it holds is bounded by the consumer's buffers.
 */
export class DeliveryScheduler {
  private readonly lanes: Readonly<Record<PickLane, Fifo<Delivery>>> = {
    high: new Fifo(),
    normal: new Fifo(),
    retry: new Fifo(),
    low: new Fifo(),
  };
  private readonly notDue = new DueQueue<Delivery>();
  private readonly picker = new LanePicker();
  private running = 0;
  private unsettled = 0;
  private pumping = false;
  private stopped = false;
  private dueTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SchedulerOptions) {}

  /** Takes deliveries of one partition, in its order. */
  accept(deliveries: readonly Delivery[]): void {
    if (this.stopped) return;
    for (const delivery of deliveries) {
      const { topic, timestamp } = delivery.record;
      const role = this.options.roleOf(topic);
      if (role?.kind === 'retry') this.notDue.push(timestamp + role.delayMs, delivery);
      else this.lanes[role?.kind === 'requests' ? role.lane : 'normal'].push(delivery);
    }
    this.moveDue();
    this.pump();
  }

  /** Takes a delivery back that was picked before: it comes next in its lane. */
  takeBack(delivery: Delivery): void {
    if (this.stopped) return;
    this.lanes[this.laneOf(delivery)].unshift(delivery);
    this.pump();
  }

  /** Forgets the waiting deliveries of partitions that are no longer held. */
  dropLost(): void {
    const held = (delivery: Delivery) => delivery.isCurrent();
    this.notDue.keep(held);
    for (const lane of pickLanes) this.lanes[lane].keep(held);
  }

  /** Picks nothing any more; what runs goes on. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.dueTimer);
  }

  load(): SchedulerLoad {
    const { high, normal, retry, low } = this.lanes;
    return {
      slots: this.options.slots,
      running: this.running,
      unsettled: this.unsettled,
      waiting: { high: high.length, normal: normal.length, retry: retry.length, low: low.length },
      notDue: this.notDue.length,
    };
  }

  private laneOf(delivery: Delivery): PickLane {
    const role = this.options.roleOf(delivery.record.topic);
    return role?.kind === 'retry' ? 'retry' : role?.kind === 'requests' ? role.lane : 'normal';
  }

  private moveDue(): void {
    const now = this.options.clock.now();
    for (let due = this.notDue.takeDue(now); due; due = this.notDue.takeDue(now)) this.lanes.retry.push(due);
    clearTimeout(this.dueTimer);
    const { nextDueAt } = this.notDue;
    if (nextDueAt === undefined || this.stopped) return;
    this.dueTimer = setTimeout(() => this.wake(), Math.min(Math.max(1, nextDueAt - now), maxTimerMs));
  }

  private wake(): void {
    this.moveDue();
    this.pump();
  }

  /** One pass is enough for all that happens in a turn of the event loop. */
  private pump(): void {
    if (this.pumping || this.stopped) return;
    this.pumping = true;
    queueMicrotask(() => {
      this.pumping = false;
      while (this.hasRoom()) {
        const lane = this.picker.next((name) => this.lanes[name].length > 0);
        if (lane === undefined) return;
        this.begin(this.lanes[lane].shift()!);
      }
    });
  }

  private hasRoom(): boolean {
    return !this.stopped && this.running < this.options.slots && this.unsettled < this.options.unsettledLimit;
  }

  private begin(delivery: Delivery): void {
    if (!delivery.isCurrent()) return;
    let holdsSlot = true;
    const freeSlot = () => {
      if (!holdsSlot) return;
      holdsSlot = false;
      this.running--;
      this.unsettled++;
      this.pump();
    };
    this.running++;
    void this.options.work(delivery, freeSlot).then(() => {
      freeSlot();
      this.unsettled--;
      this.pump();
    });
  }
}

/** What `setTimeout` can hold; longer waits are taken in parts. */
const maxTimerMs = 2 ** 31 - 1;
