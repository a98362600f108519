import type { Delivery } from '@jobstream/kafka';
import type { Slot } from '../slots/slot.js';
import type { SlotQueue } from '../slots/slot-queue.js';
import type { StartableJob } from './startable-job.js';
import type { Waits } from './waits.js';

/** Ends the pipeline of a delivery: its partition is lost, or the worker drains. The next holder of the partition gets the record. */
export class DeliveryLost extends Error {
  override readonly name = 'DeliveryLost';
  readonly code = 'delivery_lost';
}

/** The worker that stays are in. */
export interface StayHost {
  readonly slots: SlotQueue;
  readonly waits: Waits;
  /** Stays that have begun and not left. */
  readonly begun: Set<Stay>;
  /** Called once a stay has its first slot. */
  start(stay: Stay): void;
}

/** The end of its lane at which a delivery waits for a slot. */
export type LaneEnd = 'front' | 'back';

interface Pause {
  readonly resume: () => void;
  readonly reject: (lost: DeliveryLost) => void;
  /** Withdraws from the gate; undefined once the stay waits for a slot alone. */
  cancel: (() => void) | undefined;
}

/**
 * A delivery within a worker, from its hand-over to its end: the slot it has and the gates it has passed.
 *
 * States: handed over → has a slot ⇄ waits without one → begun ⇄ waits in place → done, abandoned or lost.
 *
 * Invariants: it leaves its gates in reverse order, once, whatever its end is. While it waits it is in the registry of waits,
 * so that a lost partition ends the wait.
 */
export class Stay {
  /** The job as its record asks for it; undefined until the record is read, and when it has no readable job. */
  job: StartableJob | undefined;
  /** Time it has waited in place between its attempts, all waits together. */
  waitedInPlaceMs = 0;
  /**
   * Set by `KeyOrder` while the stay holds an ordering key: gives the key on, as the last step. Called in place of
   * `delivery.abandon()`, because the record may be handed over again within that call and must then find its key
   * (`KeyOrder.inheritTurn`).
   */
  leaveKey: ((isAbandoned: boolean) => void) | undefined;
  private slot: Slot | undefined;
  private pause: Pause | undefined;
  private exits: (() => void)[] | undefined;
  private isBegun = false;
  private isDone = false;
  private hasLeft = false;

  constructor(
    readonly delivery: Delivery,
    private readonly host: StayHost,
  ) {}

  /** Whether it holds an ordering key already: then it goes to the front of its lane. */
  get holdsKey(): boolean {
    return this.leaveKey !== undefined;
  }

  get hasSlot(): boolean {
    return this.slot?.isTaken ?? false;
  }

  /** Starts with its first slot, or continues when it waited for one. */
  takeSlot(slot: Slot): void {
    this.slot = slot;
    if (this.pause === undefined) this.host.start(this);
    else this.endPause()?.resume();
  }

  /** Gives the slot to another handler: the rest of the work needs none. */
  freeSlot(): void {
    this.slot?.free();
  }

  /** Calls `exit` when the stay leaves its gates; at once if it has left. */
  onLeave(exit: () => void): void {
    if (this.hasLeft) exit();
    else (this.exits ??= []).push(exit);
  }

  /** Leaves the gates that were passed, in reverse order. */
  leaveGates(): void {
    for (let exit = this.exits?.pop(); exit; exit = this.exits?.pop()) exit();
  }

  /** The handler has ended: the gates and the slot go to others. */
  handlerEnded(): void {
    this.leaveGates();
    this.freeSlot();
  }

  /**
   * Gives the slot back, waits at a gate, then waits for a slot.
   * @param begin starts the wait. It gets the function to call once the gate is free, and returns the one that withdraws early
   * @throws DeliveryLost
   */
  wait(begin: (over: (end?: LaneEnd) => void) => () => void): Promise<void> {
    return this.suspend((pause) => {
      let isOver = false;
      const over = (end: LaneEnd = 'front') => {
        if (isOver || this.pause !== pause) return;
        isOver = true;
        pause.cancel = undefined;
        if (this.delivery.isCurrent()) this.host.slots.requeue(this, end);
        else this.lose();
      };
      const cancel = begin(over);
      if (!isOver) pause.cancel = cancel;
    });
  }

  /** Gives the slot back and waits until `dueAt` by the broker's time, then for a slot. @throws DeliveryLost */
  waitUntil(dueAt: number): Promise<void> {
    return this.suspend(() => this.host.slots.scheduleAt(dueAt, this));
  }

  /** Waits for a slot at the front of its lane, after `freeSlot`. @throws DeliveryLost */
  waitForSlot(): Promise<void> {
    return this.suspend(() => this.host.slots.requeue(this, 'front'));
  }

  /** The work begins: from now on the delivery is done or abandoned, not lost. @throws DeliveryLost */
  begin(): void {
    if (this.isBegun) return;
    if (!this.delivery.begin()) throw new DeliveryLost();
    this.isBegun = true;
    this.host.begun.add(this);
  }

  /** The log has acknowledged its outcome. */
  done(): void {
    this.isDone = true;
    this.delivery.done();
  }

  /** Ends a delivery that needs no attempt. @throws DeliveryLost */
  completeWithoutRunning(): void {
    this.begin();
    this.done();
  }

  /** Withdraws from the gate at which it waits, without leaving. */
  cancelWait(): void {
    this.pause?.cancel?.();
    if (this.pause) this.pause.cancel = undefined;
  }

  /** Ends the stay. If it waits, its pipeline gets a `DeliveryLost`. */
  lose(): void {
    this.cancelWait();
    const pause = this.endPause();
    this.leave();
    pause?.reject(new DeliveryLost());
  }

  /** The last step. A delivery that has begun and is not done is abandoned. */
  leave(): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    this.leaveGates();
    this.slot?.end();
    this.host.begun.delete(this);
    const isAbandoned = this.isBegun && !this.isDone;
    if (this.leaveKey) this.leaveKey(isAbandoned);
    else if (isAbandoned) this.delivery.abandon();
  }

  private suspend(begin: (pause: Pause) => void): Promise<void> {
    this.slot?.end();
    this.slot = undefined;
    if (!this.host.waits.add(this)) return Promise.reject(new DeliveryLost());
    return new Promise((resume, reject) => {
      this.pause = { resume, reject, cancel: undefined };
      begin(this.pause);
    });
  }

  private endPause(): Pause | undefined {
    const { pause } = this;
    this.pause = undefined;
    if (pause) this.host.waits.remove(this);
    return pause;
  }
}
