import type { Delivery } from '@jobstream/kafka';
import type { Slot } from '../slots/slot.js';
import type { SlotQueue } from '../slots/slot-queue.js';
import type { StartableJob } from './startable-job.js';
import type { Waits } from './waits.js';

/** Ends a delivery's pipeline where it stands: its partition is gone, or the worker drains. Who holds the partition next gets the record. */
export class DeliveryLost extends Error {
  override readonly name = 'DeliveryLost';
  readonly code = 'delivery_lost';
}

/** What all stays of a worker share. */
export interface StayRoom {
  readonly slots: SlotQueue;
  readonly waits: Waits;
  /** Those whose work has begun and not ended. */
  readonly begun: Set<Stay>;
  /** Called when it has its first slot. */
  start(stay: Stay): void;
}

/** Where a delivery goes in its lane once it may continue. */
export type Place = 'first' | 'last';

interface Pause {
  readonly resume: () => void;
  readonly reject: (lost: DeliveryLost) => void;
  /** Ends what is waited for; undefined once only a slot is. */
  cancel: (() => void) | undefined;
}

/**
 * A delivery between its hand-over and its end, with the slot it has and the gates it has passed.
 *
 * States: handed over → has a slot ⇄ waits without one → begun ⇄ waits in place → done, abandoned or lost. Whatever its end is, it
 * leaves its gates in reverse order, once.
 */
export class Stay {
  /** The job as its record asks for it; undefined until the record is read, and where none could be. */
  job: StartableJob | undefined;
  /** How long it has waited in place between its attempts, all waits together, in milliseconds. */
  waitedInPlaceMs = 0;
  /** Gives its ordering key on, as the last of all. It also abandons the delivery, where that is to be done. */
  leaveKey: ((isAbandoned: boolean) => void) | undefined;
  private slot: Slot | undefined;
  private pause: Pause | undefined;
  private exits: (() => void)[] | undefined;
  private isBegun = false;
  private isDone = false;
  private hasLeft = false;

  constructor(
    readonly delivery: Delivery,
    private readonly room: StayRoom,
  ) {}

  /** Whether it holds an ordering key: then it goes before what is handed over with it. */
  get keepsTurn(): boolean {
    return this.leaveKey !== undefined;
  }

  get hasSlot(): boolean {
    return this.slot?.isTaken ?? false;
  }

  /** Starts with its first slot, or continues where it waited for one. */
  takeSlot(slot: Slot): void {
    this.slot = slot;
    if (this.pause === undefined) this.room.start(this);
    else this.endPause()?.resume();
  }

  /** Another handler may start; what is left to be done here needs no slot. */
  freeSlot(): void {
    this.slot?.free();
  }

  /** A gate was passed: `exit` is called when the stay leaves it, at once where the stay is over. */
  passed(exit: () => void): void {
    if (this.hasLeft) exit();
    else (this.exits ??= []).push(exit);
  }

  /** Leaves the gates that were passed, in reverse order. */
  leaveGates(): void {
    for (let exit = this.exits?.pop(); exit; exit = this.exits?.pop()) exit();
  }

  /** Leaves gates and slot to others: what they are for has ended. */
  handlerEnded(): void {
    this.leaveGates();
    this.freeSlot();
  }

  /**
   * Gives the slot back and waits: for what `begin` begins, then for a slot.
   * @param begin gets what to call once the wait is over (ignored when the stay is), and returns how to end it early
   * @throws DeliveryLost
   */
  wait(begin: (over: (place?: Place) => void) => () => void): Promise<void> {
    return this.suspend((pause) => {
      let isOver = false;
      const over = (place: Place = 'first') => {
        if (isOver || this.pause !== pause) return;
        isOver = true;
        pause.cancel = undefined;
        if (this.delivery.isCurrent()) this.room.slots.requeue(this, place);
        else this.lose();
      };
      const cancel = begin(over);
      if (!isOver) pause.cancel = cancel;
    });
  }

  /** Gives the slot back and waits until `dueAt` by the broker's time, then for a slot. @throws DeliveryLost */
  waitUntil(dueAt: number): Promise<void> {
    return this.suspend(() => this.room.slots.scheduleAt(dueAt, this));
  }

  /** Where the slot is gone, gives back what is left of it and waits for one. @throws DeliveryLost */
  waitForSlot(): Promise<void> {
    return this.suspend(() => this.room.slots.requeue(this, 'first'));
  }

  /** The work begins. @throws DeliveryLost */
  begin(): void {
    if (this.isBegun) return;
    if (!this.delivery.begin()) throw new DeliveryLost();
    this.isBegun = true;
    this.room.begun.add(this);
  }

  /** What follows from it is acknowledged. */
  done(): void {
    this.isDone = true;
    this.delivery.done();
  }

  /** There is nothing to do for it. @throws DeliveryLost */
  completeWithoutRunning(): void {
    this.begin();
    this.done();
  }

  /** Stops waiting for what it waits for, without leaving. */
  cancelWait(): void {
    this.pause?.cancel?.();
    if (this.pause) this.pause.cancel = undefined;
  }

  /** Ends the stay: its pipeline gets a `DeliveryLost` where it waits. */
  lose(): void {
    this.cancelWait();
    const pause = this.endPause();
    this.leave();
    pause?.reject(new DeliveryLost());
  }

  /** The last step. What has begun and is not done is abandoned. */
  leave(): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    this.leaveGates();
    this.slot?.end();
    this.room.begun.delete(this);
    const isAbandoned = this.isBegun && !this.isDone;
    if (this.leaveKey) this.leaveKey(isAbandoned);
    else if (isAbandoned) this.delivery.abandon();
  }

  private suspend(begin: (pause: Pause) => void): Promise<void> {
    this.slot?.end();
    this.slot = undefined;
    if (!this.room.waits.add(this)) return Promise.reject(new DeliveryLost());
    return new Promise((resume, reject) => {
      this.pause = { resume, reject, cancel: undefined };
      begin(this.pause);
    });
  }

  private endPause(): Pause | undefined {
    const { pause } = this;
    this.pause = undefined;
    if (pause) this.room.waits.remove(this);
    return pause;
  }
}
