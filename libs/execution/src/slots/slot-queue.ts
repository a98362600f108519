import type { TopicRole } from '@jobstream/contracts';
import type { Clock } from '@jobstream/runtime';
import type { LaneEnd, Stay } from '../admission/stay.js';
import { DueQueue } from './due-queue.js';
import { Fifo } from './fifo.js';
import { LanePicker, pickLanes, type PickLane } from './lane-picker.js';
import { Slot, SlotCounts } from './slot.js';

export interface SlotQueueOptions {
  /** Handlers that run at the same time. */
  readonly slots: number;
  /** Maximum of unsettled deliveries, without refused ones. */
  readonly maxUnsettled: number;
  /** The broker's time: retries are due by it. */
  readonly clock: Clock;
  roleOf(this: void, topic: string): TopicRole | undefined;
}

/** Picks in one turn of the event loop: handlers that return at once must not delay heartbeats and answers. */
const maxPicksPerTurn = 256;

/** How the slots of a worker are used, and the deliveries that wait for one. */
export interface SlotLoad {
  readonly slots: number;
  readonly running: number;
  readonly unsettled: number;
  /** Unsettled deliveries whose outcome the topic refuses. */
  readonly refused: number;
  readonly waiting: Readonly<Record<PickLane, number>>;
  /** Retries that are not due yet. */
  readonly notDue: number;
}

/** The loads of several queues, added up. */
export function addLoads(loads: readonly SlotLoad[]): SlotLoad {
  const sum = (valueOf: (load: SlotLoad) => number) =>
    loads.reduce((total, load) => total + valueOf(load), 0);
  return {
    slots: sum(({ slots }) => slots),
    running: sum(({ running }) => running),
    unsettled: sum(({ unsettled }) => unsettled),
    refused: sum(({ refused }) => refused),
    waiting: {
      high: sum(({ waiting }) => waiting.high),
      normal: sum(({ waiting }) => waiting.normal),
      retry: sum(({ waiting }) => waiting.retry),
      low: sum(({ waiting }) => waiting.low),
    },
    notDue: sum(({ notDue }) => notDue),
  };
}

/**
 * Decides which delivery gets the next slot.
 *
 * Requests wait in the lane of their topic. Retries wait until they are due, never less, then in a lane of their own. The lanes
 * take turns for free slots by their shares (`LanePicker`).
 *
 * Invariants: no more than `slots` handlers run, no more than `maxUnsettled` outcomes are on their way. The consumer's buffers bound
 * the deliveries it holds.
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
  private refused = 0;
  private pumping = false;
  private stopped = false;
  private paused = false;
  private dueTimer: NodeJS.Timeout | undefined;
  private picksLeft = maxPicksPerTurn;
  private nextTurn: NodeJS.Immediate | undefined;

  constructor(private readonly options: SlotQueueOptions) {}

  /** Takes new deliveries of one partition, in its order. A retry waits until it is due; one that holds its key goes to the front. */
  add(stays: readonly Stay[]): void {
    if (this.stopped) return;
    for (const stay of stays) {
      const { topic, timestamp } = stay.delivery.record;
      const role = this.options.roleOf(topic);
      if (role?.kind === 'retry') this.notDue.push(timestamp + role.delayMs, stay);
      else if (stay.holdsKey) this.lanes[laneOf(role)].unshift(stay);
      else this.lanes[laneOf(role)].push(stay);
    }
    this.moveDue();
    this.pump();
  }

  /** Takes a delivery that had a slot before and needs one again. */
  requeue(stay: Stay, end: LaneEnd): void {
    const lane = this.lanes[laneOf(this.options.roleOf(stay.delivery.record.topic))];
    if (end === 'front') lane.unshift(stay);
    else lane.push(stay);
    this.pump();
  }

  /** Takes a delivery that waits until `dueAt` by the broker's time, then for a slot in the lane of retries. */
  scheduleAt(dueAt: number, stay: Stay): void {
    this.notDue.push(dueAt, stay);
    this.moveDue();
    this.pump();
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** While paused no slot is given. Attempts that run continue, waits stay waits. */
  set isPaused(paused: boolean) {
    this.paused = paused;
    this.pump();
  }

  /** The number of unsettled deliveries that do not count against `maxUnsettled`, because their topic refuses their outcome. */
  noteRefused(count: number): void {
    this.refused = count;
    this.pump();
  }

  /** Ends the deliveries of lost partitions. */
  dropLost(): void {
    this.keep(({ delivery }) => delivery.isCurrent());
  }

  /** Gives no slot any more and ends all deliveries that wait for one. Attempts that run continue. */
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
      refused: this.refused,
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

  /** Picks once for all calls within a turn of the event loop. */
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
        this.picksLeft = maxPicksPerTurn;
        this.pump();
      });
      this.grant(this.lanes[lane].shift()!);
    }
  }

  private hasRoom(): boolean {
    const { slots, maxUnsettled } = this.options;
    const { running, unsettled } = this.counts;
    if (this.stopped || this.paused) return false;
    return running < slots && unsettled - this.refused < maxUnsettled;
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

/** The longest time that `setTimeout` takes; longer waits are made of several. */
const maxTimerMs = 2 ** 31 - 1;
