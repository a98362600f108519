import type { TopicRole } from '@jobstream/contracts';
import { partitionKey, type Delivery, type TopicPartition } from '@jobstream/kafka';
import type { Clock } from '@jobstream/runtime';
import { Copies } from '../admission/copies.js';
import { isSameRecord, KeyOrder, type RecordPosition } from '../admission/key-order.js';
import { LimitGate, type StartLimits } from '../admission/limit-gate.js';
import { RetriesInPlace } from '../admission/retries-in-place.js';
import { Stay, type StayRoom } from '../admission/stay.js';
import { Waits } from '../admission/waits.js';
import type { AttemptPorts } from '../attempt/attempt.js';
import { ClaimGate } from '../claims/claim-gate.js';
import type { Claims } from '../claims/claims.js';
import { typeLabelOf, type Handlers } from '../handlers/handlers.js';
import { AttemptOutcomes } from '../outcome/attempt-outcomes.js';
import type { OutcomeWriter } from '../outcome/outcome-writer.js';
import { SlotQueue, type SlotLoad } from '../slots/slot-queue.js';
import { DeliveryPipeline } from './delivery-pipeline.js';
import type { WorkerMetrics } from './worker-metrics.js';

/** What {@link JobWorker} takes. */
export interface JobWorkerOptions {
  /** Handlers that run at the same time. */
  readonly slots: number;
  /** Deliveries at most whose handler has ended and whose outcome is not acknowledged yet, but for those set aside. */
  readonly unsettledLimit: number;
  readonly handlers: Handlers;
  readonly writer: OutcomeWriter;
  readonly metrics: WorkerMetrics;
  /** The broker's time: what expires, waits and is dated goes by it. */
  readonly clock: Clock;
  readonly attempts: AttemptPorts;
  readonly claims: Claims;
  readonly limits: StartLimits;
  /** The delays of the retry lanes that exist. */
  lanesMs(): Iterable<number>;
  roleOf(this: void, topic: string): TopicRole | undefined;
  /** The worker can't continue. */
  onFatal(error: WorkFailedError): void;
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

/**
 * Works on the deliveries of a queue: has them wait for slots, puts those that get one through the pipeline, and ends those
 * whose partition is lost. It runs until it drains.
 */
export class JobWorker {
  private readonly slots: SlotQueue;
  private readonly waits = new Waits();
  private readonly keyOrder = new KeyOrder();
  private readonly copies: Copies;
  private readonly begun = new Set<Stay>();
  private readonly room: StayRoom;
  private isDraining = false;

  constructor(options: JobWorkerOptions) {
    const { handlers, metrics, clock, claims, attempts, roleOf } = options;
    const { slots, unsettledLimit } = options;
    this.slots = new SlotQueue({ slots, unsettledLimit, roleOf, clock });
    this.copies = new Copies(metrics, (type) => typeLabelOf(handlers, type));
    const pipeline = new DeliveryPipeline({
      roleOf,
      keyOrder: this.keyOrder,
      copies: this.copies,
      retriesInPlace: new RetriesInPlace(handlers, clock),
      claims: new ClaimGate({ claims, handlers, worker: attempts.worker }),
      limits: new LimitGate(options.limits),
      handlers,
      clock,
      attempts,
      outcomes: new AttemptOutcomes({ handlers, clock, lanesMs: () => options.lanesMs() }),
      writer: options.writer,
      onFailed: ({ delivery }, cause) => options.onFatal(new WorkFailedError(delivery, cause)),
    });
    const { waits, begun } = this;
    this.room = { slots: this.slots, waits, begun, start: (stay) => pipeline.start(stay) };
  }

  /** Takes deliveries of one partition, in its order. */
  accept(deliveries: readonly Delivery[]): void {
    if (this.isDraining) return;
    const stays: Stay[] = [];
    for (const delivery of deliveries) {
      const stay = new Stay(delivery, this.room);
      this.keyOrder.keepTurn(stay);
      stays.push(stay);
    }
    this.slots.add(stays);
  }

  /** These partitions are no longer held: ends what of them has not begun, or waits in place. What runs may succeed yet. */
  lose(partitions: readonly TopicPartition[]): void {
    this.waits.lose(partitions);
    this.slots.dropLost();
    this.copies.lose(partitions, this.begun);
  }

  /** Begins nothing any more; what runs continues. */
  drain(): void {
    this.isDraining = true;
    this.waits.drain();
    this.slots.stop();
  }

  get isPaused(): boolean {
    return this.slots.isPaused;
  }

  /** While paused no delivery gets a slot; what runs continues, and what waits keeps waiting. */
  set isPaused(paused: boolean) {
    this.slots.isPaused = paused;
  }

  /** See `SlotQueue.noteSetAside`. */
  noteSetAside(count: number): void {
    this.slots.noteSetAside(count);
  }

  load(): SlotLoad {
    return this.slots.load();
  }

  /** How many jobs of these partitions are being worked on. */
  countIn(partitions: readonly TopicPartition[]): number {
    const keys = new Set(partitions.map(partitionKey));
    const within = ({ delivery: { record } }: Stay) => keys.has(partitionKey(record));
    return [...this.begun].filter(within).length;
  }

  /** The job that is being worked on at a position; undefined where none is. */
  jobAt(position: RecordPosition): string | undefined {
    for (const { delivery, job } of this.begun) {
      if (isSameRecord(delivery.record, position)) return job?.request.id;
    }
    return undefined;
  }
}
