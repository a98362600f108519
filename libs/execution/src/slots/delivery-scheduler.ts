import type { TopicRole } from '@jobstream/contracts';
import type { Delivery } from '@jobstream/kafka';
import type { Clock } from '@jobstream/runtime';
import { DueQueue } from './due-queue.js';
import { Fifo } from './fifo.js';
import { LanePicker, pickLanes, type PickLane } from './lane-picker.js';

/** Gives the slot back: the handler has ended. Repeats are ignored. */
export type FreeSlot = () => void;

/** Something that waits for a slot. */
export interface Waiting {
  readonly delivery: Delivery;
  /** It had its turn before: of what is accepted, this goes first in its lane. */
  readonly isNext?: true;
  /** Called with the slot. Settles once nothing of it is under way any more. Must not reject. */
  work(freeSlot: FreeSlot): Promise<void>;
  /** Called instead when its partition is lost, or the scheduler stops, before it had a slot. */
  dropped(): void;
}

/** The worker itself failed at a record, which no record may make it do: what has become of the job nobody knows. */
export class WorkFailedError extends Error {
  override readonly name = 'WorkFailedError';
  readonly code = 'work_failed';

  constructor({ record: { topic, partition, offset } }: Delivery, cause: unknown) {
    super(`The worker failed at offset ${offset} of ${topic}, partition ${partition}. ${advice}`, { cause });
  }
}

const advice =
  'If it does so after each start, move the commit of its group beyond this record, and report it.';

/** What {@link DeliveryScheduler} takes. */
export interface SchedulerOptions {
  /** Handlers that run at the same time. */
  readonly slots: number;
  /** Deliveries at most whose handler has ended and whose outcome is not acknowledged yet, but for those set aside. */
  readonly unsettledLimit: number;
  /** The broker's time: retries are due by the time their record was appended. */
  readonly clock: Clock;
  roleOf(topic: string): TopicRole | undefined;
  /** What waits for a slot with a new delivery. */
  enlist(delivery: Delivery): Waiting;
  /** Work has rejected: the worker can't go on. */
  onFatal(error: WorkFailedError): void;
}

/** Picks in one turn of the event loop: handlers that return at once must not keep heartbeats and answers waiting. */
const picksPerTurn = 256;

/** How a scheduler stands. */
export interface SchedulerLoad {
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
 * Decides which delivery is worked on next. Requests wait in the lane of their topic, retries until they are due, never
 * less; then lanes take turns by their shares for the free slots. What it holds is bounded by the consumer's buffers.
 */
export class DeliveryScheduler {
  private readonly lanes: Readonly<Record<PickLane, Fifo<Waiting>>> = {
    high: new Fifo(),
    normal: new Fifo(),
    retry: new Fifo(),
    low: new Fifo(),
  };
  private readonly notDue = new DueQueue<Waiting>();
  private readonly picker = new LanePicker();
  private running = 0;
  private unsettled = 0;
  private aside = 0;
  private pumping = false;
  private stopped = false;
  private paused = false;
  private dueTimer: NodeJS.Timeout | undefined;
  private picksLeft = picksPerTurn;
  private nextTurn: NodeJS.Immediate | undefined;

  constructor(private readonly options: SchedulerOptions) {}

  /** Takes deliveries of one partition, in its order. */
  accept(deliveries: readonly Delivery[]): void {
    if (this.stopped) return;
    for (const delivery of deliveries) {
      const { topic, timestamp } = delivery.record;
      const role = this.options.roleOf(topic);
      const waiting = this.options.enlist(delivery);
      if (role?.kind === 'retry') this.notDue.push(timestamp + role.delayMs, waiting);
      else if (waiting.isNext) this.lanes[laneOf(role)].unshift(waiting);
      else this.lanes[laneOf(role)].push(waiting);
    }
    this.moveDue();
    this.pump();
  }

  /** Puts first in its lane what has had its turn before and has not begun. */
  putFirst(waiting: Waiting): void {
    if (this.stopped) return;
    this.lanes[laneOf(this.options.roleOf(waiting.delivery.record.topic))].unshift(waiting);
    this.pump();
  }

  /** Lets it wait until `dueAt` by the broker's time, then for a slot. */
  putOff(dueAt: number, waiting: Waiting): void {
    if (this.stopped) return waiting.dropped();
    this.notDue.push(dueAt, waiting);
    this.moveDue();
    this.pump();
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** While paused nothing more begins; what runs goes on, and what waits keeps waiting. */
  set isPaused(paused: boolean) {
    this.paused = paused;
    this.pump();
  }

  /** How many outcomes that are not acknowledged hold no place, because their topic refuses them. */
  set setAside(count: number) {
    this.aside = count;
    this.pump();
  }

  /** Forgets what waits with deliveries of partitions that are no longer held. */
  dropLost(): void {
    this.keep(({ delivery }) => delivery.isCurrent());
  }

  /** Picks nothing any more and forgets what waits; what runs goes on. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.dueTimer);
    this.keep(() => false);
  }

  load(): SchedulerLoad {
    const { high, normal, retry, low } = this.lanes;
    return {
      slots: this.options.slots,
      running: this.running,
      unsettled: this.unsettled,
      setAside: this.aside,
      waiting: { high: high.length, normal: normal.length, retry: retry.length, low: low.length },
      notDue: this.notDue.length,
    };
  }

  private keep(wanted: (waiting: Waiting) => boolean): void {
    const dropped: Waiting[] = [];
    const keepOrDrop = (waiting: Waiting) => {
      const kept = wanted(waiting);
      if (!kept) dropped.push(waiting);
      return kept;
    };
    this.notDue.keep(keepOrDrop);
    for (const lane of pickLanes) this.lanes[lane].keep(keepOrDrop);
    for (const waiting of dropped) waiting.dropped();
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
      this.begin(this.lanes[lane].shift()!);
    }
  }

  private hasRoom(): boolean {
    const { slots, unsettledLimit } = this.options;
    return (
      !this.stopped && !this.paused && this.running < slots && this.unsettled - this.aside < unsettledLimit
    );
  }

  private begin(waiting: Waiting): void {
    if (!waiting.delivery.isCurrent()) return waiting.dropped();
    let holdsSlot = true;
    const freeSlot = () => {
      if (!holdsSlot) return;
      holdsSlot = false;
      this.running--;
      this.unsettled++;
      this.pump();
    };
    this.running++;
    void waiting.work(freeSlot).then(
      () => {
        freeSlot();
        this.unsettled--;
        this.pump();
      },
      (cause: unknown) => this.options.onFatal(new WorkFailedError(waiting.delivery, cause)),
    );
  }
}

function laneOf(role: TopicRole | undefined): PickLane {
  if (role?.kind === 'retry') return 'retry';
  return role?.kind === 'requests' ? role.lane : 'normal';
}

/** What `setTimeout` can hold; longer waits are taken in parts. */
const maxTimerMs = 2 ** 31 - 1;
