import type { TopicRole } from '@jobstream/contracts';
import { partitionKey, type Delivery, type TopicPartition } from '@jobstream/kafka';
import type { ProcessDeath } from '@jobstream/lifecycle';
import type { Clock } from '@jobstream/runtime';
import { Copies } from '../admission/copies.js';
import { isSameRecord, KeyOrder, type RecordCoordinates } from '../admission/key-order.js';
import { LimitGate, type StartLimits } from '../admission/limit-gate.js';
import type { StartableJob } from '../admission/startable-job.js';
import type { SuspectGate } from '../admission/suspect-gate.js';
import { RetriesInPlace } from '../admission/retries-in-place.js';
import { Stay, type StayHost } from '../admission/stay.js';
import { TypeGate } from '../admission/type-gate.js';
import { Waits } from '../admission/waits.js';
import { ApartAttempts } from '../apart/apart-attempts.js';
import type { Cells } from '../apart/cells.js';
import type { AttemptPorts } from '../attempt/attempt.js';
import { ClaimGate } from '../claims/claim-gate.js';
import type { Claims } from '../claims/claims.js';
import { typeLabelOf, type Handlers } from '../handlers/handlers.js';
import { AttemptOutcomes } from '../outcome/attempt-outcomes.js';
import type { OutcomeWriter } from '../outcome/outcome-writer.js';
import { SlotQueue, type SlotLoad } from '../slots/slot-queue.js';
import { DeliveryPipeline } from './delivery-pipeline.js';
import type { WorkerMetrics } from './worker-metrics.js';

export interface JobWorkerOptions {
  /** Handlers that run at the same time. */
  readonly slots: number;
  /** Maximum of unsettled deliveries, without refused ones. */
  readonly maxUnsettled: number;
  readonly handlers: Handlers;
  /** See `DeliveryPipelineOptions`. */
  readonly readTypes?: (() => Promise<void>) | undefined;
  readonly writer: OutcomeWriter;
  readonly metrics: WorkerMetrics;
  /** The broker's time: jobs wait, expire and are dated by it. */
  readonly clock: Clock;
  readonly attempts: AttemptPorts;
  readonly claims: Claims;
  readonly limits: StartLimits;
  readonly suspectGate: SuspectGate;
  /** See `ApartAttemptsOptions`. */
  readonly cells: Cells | undefined;
  /** The delays of the retry lanes that exist. */
  lanesMs(): Iterable<number>;
  roleOf(this: void, topic: string): TopicRole | undefined;
  /** See `ApartAttemptsOptions`. */
  onDeath(job: StartableJob, death: ProcessDeath, deaths?: number): void;
  /** The worker cannot continue. */
  onFatal(error: WorkFailedError): void;
}

/** The worker itself failed at a record, which no record may cause. The state of its job is unknown. */
export class WorkFailedError extends Error {
  override readonly name = 'WorkFailedError';
  readonly code = 'work_failed';

  constructor({ record: { topic, partition, offset } }: Delivery, cause: unknown) {
    super(`The worker failed at offset ${offset} of ${topic}, partition ${partition}. ${advice}`, { cause });
  }
}

const advice =
  'If it fails there after each start, move the commit of its group beyond this record, and report it.';

/**
 * Works on the deliveries of a queue.
 *
 * Each delivery waits for a slot (`SlotQueue`). With its slot it goes through the `DeliveryPipeline`, which may give the slot back
 * and take one again. The worker knows all waits (`Waits`) and all begun deliveries, so that a lost partition ends the first and
 * leaves the second to finish.
 *
 * States: running ⇄ paused (no slot is given) → draining (nothing begins any more; begun deliveries finish).
 */
export class JobWorker {
  private readonly slots: SlotQueue;
  private readonly waits = new Waits();
  private readonly keyOrder = new KeyOrder();
  private readonly copies: Copies;
  private readonly begun = new Set<Stay>();
  private readonly host: StayHost;
  private isDraining = false;

  constructor(options: JobWorkerOptions) {
    const { handlers, metrics, clock, claims, attempts, roleOf } = options;
    const { slots, maxUnsettled } = options;
    this.slots = new SlotQueue({ slots, maxUnsettled, roleOf, clock });
    this.copies = new Copies(metrics, (type) => typeLabelOf(handlers, type));
    const pipeline = new DeliveryPipeline({
      roleOf,
      keyOrder: this.keyOrder,
      copies: this.copies,
      retriesInPlace: new RetriesInPlace(handlers, clock),
      claimGate: new ClaimGate({ claims, handlers, worker: attempts.worker }),
      typeGate: new TypeGate(handlers, attempts.cancellations),
      limitGate: new LimitGate(options.limits),
      suspectGate: options.suspectGate,
      apart: new ApartAttempts({
        cells: options.cells,
        handlers,
        clock,
        attempts,
        onDeath: (job, death, deaths) => options.onDeath(job, death, deaths),
      }),
      handlers,
      clock,
      attempts,
      readTypes: options.readTypes,
      outcomes: new AttemptOutcomes({ handlers, clock, lanesMs: () => options.lanesMs() }),
      writer: options.writer,
      onFailed: ({ delivery }, cause) => options.onFatal(new WorkFailedError(delivery, cause)),
    });
    const { waits, begun } = this;
    this.host = { slots: this.slots, waits, begun, start: (stay) => pipeline.start(stay) };
  }

  /** Takes deliveries of one partition, in the order of the partition. */
  accept(deliveries: readonly Delivery[]): void {
    if (this.isDraining) return;
    const stays: Stay[] = [];
    for (const delivery of deliveries) {
      const stay = new Stay(delivery, this.host);
      this.keyOrder.inheritTurn(stay);
      stays.push(stay);
    }
    this.slots.add(stays);
  }

  /** Ends the deliveries of these partitions that have not begun, or wait in place. Attempts that run may still succeed. */
  lose(partitions: readonly TopicPartition[]): void {
    this.waits.lose(partitions);
    this.slots.dropLost();
    this.copies.lose(partitions, this.begun);
  }

  /** Nothing begins any more; attempts that run continue. */
  drain(): void {
    this.isDraining = true;
    this.waits.drain();
    this.slots.stop();
  }

  get isPaused(): boolean {
    return this.slots.isPaused;
  }

  /** While paused no delivery gets a slot. Attempts that run continue, waits stay waits. */
  set isPaused(paused: boolean) {
    this.slots.isPaused = paused;
  }

  /** The number of unsettled deliveries that do not count against `maxUnsettled`, because their topic refuses their outcome. */
  noteRefused(count: number): void {
    this.slots.noteRefused(count);
  }

  load(): SlotLoad {
    return this.slots.load();
  }

  /** The number of begun deliveries of these partitions. */
  countIn(partitions: readonly TopicPartition[]): number {
    const keys = new Set(partitions.map(partitionKey));
    const within = ({ delivery: { record } }: Stay) => keys.has(partitionKey(record));
    return [...this.begun].filter(within).length;
  }

  /** The id of the job that has begun at these coordinates; undefined when none has. */
  jobAt(coordinates: RecordCoordinates): string | undefined {
    for (const { delivery, job } of this.begun) {
      if (isSameRecord(delivery.record, coordinates)) return job?.request.id;
    }
    return undefined;
  }
}
