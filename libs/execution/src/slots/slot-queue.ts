import type { TopicRole } from '@jobstream/contracts';
import type { Clock } from '@jobstream/runtime';
import type { Place, Stay } from '../admission/stay.js';
import { DueQueue } from './due-queue.js';
import { Fifo } from './fifo.js';
import { LanePicker, pickLanes, type PickLane } from './lane-picker.js';
import { Slot, SlotCounts } from './slot.js';

/** What {@link SlotQueue} takes. */
export interface SlotQueueOptions {
  /** Handlers that run at the same time. */
  readonly slots: number;
  /** Deliveries at most whose handler has ended and whose outcome is not acknowledged yet, but for those set aside. */
  readonly unsettledLimit: number;
  /** The broker's time: retries are due by the time their record was appended. */
  readonly clock: Clock;
  roleOf(this: void, topic: string): TopicRole | undefined;
}

/** Picks in one turn of the event loop: handlers that return at once must not keep heartbeats and answers waiting. */
const picksPerTurn = 256;

/** How the slots of a worker stand. */
export interface SlotLoad {
  readonly slots: number;
  readonly running: number;
  readonly unsettled: number;
  /** Of those, the ones that their topic refuses. */
  readonly setAside: number;
  readonly waiting: Readonly<Record<PickLane, number>>;
  /** Retries that are not due yet. */
  readonly notDue: number;
}

/**
 * Decides which delivery gets the next slot. Requests wait in the lane of their topic, retries until they are due, never
 * less; then lanes take turns by their shares for the free slots. What it holds is bounded by the consumer's buffers.
 */
export class SlotQueue {
  private readonly lanes: Readonly<Record<PickLane, Fifo<Stay>>> = {
    high: new Fifo(),
    normal: new Fifo(),
    retry: new Fifo(),
    low: new Fifo(),
  };
  private readonly notDue = new DueQueue<Stay>();
  private readonly picker = new LanePicker();
  private readonly counts = new SlotCounts(() => this.pump());
  private setAside = 0;
  private pumping = false;
  private stopped = false;
  private paused = false;
  private dueTimer: NodeJS.Timeout | undefined;
  private picksLeft = picksPerTurn;
  private nextTurn: NodeJS.Immediate | undefined;

  constructor(private readonly options: SlotQueueOptions) {}

  /** Takes deliveries of one partition, in its order: a retry waits for its time, one that keeps its turn goes first in its lane. */
  add(stays: readonly Stay[]): void {
    if (this.stopped) return;
    for (const stay of stays) {
      const { topic, timestamp } = stay.delivery.record;
      const role = this.options.roleOf(topic);
      if (role?.kind === 'retry') this.notDue.push(timestamp + role.delayMs, stay);
      else if (stay.keepsTurn) this.lanes[laneOf(role)].unshift(stay);
      else this.lanes[laneOf(role)].push(stay);
    }
    this.moveDue();
    this.pump();
  }

  /** Has a delivery that had a slot before wait for one again. */
  requeue(stay: Stay, place: Place): void {
    const lane = this.lanes[laneOf(this.options.roleOf(stay.delivery.record.topic))];
    if (place === 'first') lane.unshift(stay);
    else lane.push(stay);
    this.pump();
  }

  /** Lets it wait until `dueAt` by the broker's time, then for a slot among the retries. */
  scheduleAt(dueAt: number, stay: Stay): void {
    this.notDue.push(dueAt, stay);
    this.moveDue();
    this.pump();
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** While paused no slot is given; what runs continues, and what waits keeps waiting. */
  set isPaused(paused: boolean) {
    this.paused = paused;
    this.pump();
  }

  /** How many outcomes that are not acknowledged hold no place, because their topic refuses them. */
  noteSetAside(count: number): void {
    this.setAside = count;
    this.pump();
  }

  /** Forgets the deliveries of partitions that are no longer held. */
  dropLost(): void {
    this.keep(({ delivery }) => delivery.isCurrent());
  }

  /** Gives no slot any more and forgets what waits; what runs continues. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.dueTimer);
    this.keep(() => false);
  }

  load(): SlotLoad {
    const { high, normal, retry, low } = this.lanes;
    return {
      slots: this.options.slots,
      running: this.counts.running,
      unsettled: this.counts.unsettled,
      setAside: this.setAside,
      waiting: { high: high.length, normal: normal.length, retry: retry.length, low: low.length },
      notDue: this.notDue.length,
    };
  }

  private keep(wanted: (stay: Stay) => boolean): void {
    const dropped: Stay[] = [];
    const keepOrDrop = (stay: Stay) => {
      const kept = wanted(stay);
      if (!kept) dropped.push(stay);
      return kept;
    };
    this.notDue.keep(keepOrDrop);
    for (const lane of pickLanes) this.lanes[lane].keep(keepOrDrop);
    for (const stay of dropped) stay.lose();
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
      this.pick();
    });
  }

  private pick(): void {
    while (this.picksLeft > 0 && this.hasRoom()) {
      const lane = this.picker.next((name) => this.lanes[name].length > 0);
      if (lane === undefined) return;
      this.picksLeft--;
      this.nextTurn ??= setImmediate(() => {
        this.nextTurn = undefined;
        this.picksLeft = picksPerTurn;
        this.pump();
      });
      this.grant(this.lanes[lane].shift()!);
    }
  }

  private hasRoom(): boolean {
    const { slots, unsettledLimit } = this.options;
    const { running, unsettled } = this.counts;
    if (this.stopped || this.paused) return false;
    return running < slots && unsettled - this.setAside < unsettledLimit;
  }

  private grant(stay: Stay): void {
    if (stay.delivery.isCurrent()) stay.takeSlot(new Slot(this.counts));
    else stay.lose();
  }
}

function laneOf(role: TopicRole | undefined): PickLane {
  if (role?.kind === 'retry') return 'retry';
  return role?.kind === 'requests' ? role.lane : 'normal';
}

/** What `setTimeout` can hold; longer waits are taken in parts. */
const maxTimerMs = 2 ** 31 - 1;
