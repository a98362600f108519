import type { Registry } from 'prom-client';
import { BrokerClock, UnstampedTopicError } from '../client/broker-clock.js';
import { BrokerLinks } from '../client/broker-links.js';
import type { KafkaConnection } from '../client/connection.js';
import { MissingTopics } from './missing-topics.js';
import { describeErrorCode, requestProduce, type ProduceAnswer } from '../client/kafkajs/internals.js';
import { BROKER_NOT_AVAILABLE, type PartitionLane, type PendingRecord } from './partition-lane.js';
import { encodeProduceBody } from './produce-request.js';
import { isStaleMetadata, judgeProduce } from './produce-verdict.js';
import {
  NeverSentError,
  RecordRefusedError,
  UnacknowledgedError,
  type SendOutcome,
} from './producer-errors.js';
import { ProducerMetrics } from './producer-metrics.js';
import { ProducerRoutes } from './producer-routes.js';
import type { OutgoingRecord, RecordReceipt } from '../client/record.js';
import { encodeRecordBatch } from './record-batch.js';
import { prepare } from './prepare-record.js';
import { SendRoom } from './send-room.js';
import { TopicAdmin, type TopicSpec } from '../client/topic-admin.js';
import { partitionKey } from '../client/topic-partition.js';
import { TopicTroubles } from './topic-troubles.js';
import { steadyTime } from '../client/steady-time.js';

const DEADLINE_MS = 5_000;
const MOST_PENDING_RECORDS = 50_000;
const MOST_PENDING_BYTES = 64 * 1024 * 1024;
const MOST_REQUEST_BYTES = 4 * 1024 * 1024;
const MOST_BATCH_RECORDS = 10_000;
const SWEEP_MS = 20;

/** How a producer is made. */
export interface RecordProducerOptions {
  /** How long a record may take, retries included, in ms (default 5,000). */
  readonly deadlineMs?: number;
  /** Where its series go, those of one producer a process; none unless given. */
  readonly metrics?: Registry;
  /** The topics that are made again when they are found missing; none unless given. */
  readonly topics?: readonly TopicSpec[];
}

/** A lane's batch on its way to a broker. */
interface Flight {
  lane: PartitionLane;
  records: PendingRecord[];
  /** ms since the epoch, written into the batch. */
  timestamp: number;
}

/**
 * Appends records, acknowledged by all in-sync replicas. One request a broker is in flight; what is sent meanwhile gathers
 * into the next, so single sends are as cheap as bulk under load. Failures are retried until the deadline, and each
 * outcome says exactly what is known: in the log, not in the log, or possibly so. What one topic or partition refuses holds up
 * no other: it is given up at once, as soon as it is known to stand. Never kafkajs' idempotent
 * producer: after a lost acknowledgement it gives a failed batch's sequence to another, which the broker then drops.
 */
export class RecordProducer {
  /** The brokers' time as seen in the answers; unknown before the first, see {@link askTime}. */
  readonly brokerClock = new BrokerClock();
  /** The topics that take no records at present. */
  readonly troubles: TopicTroubles;
  /** Told of each topic that was made again. */
  onTopicMade: ((topic: string) => void) | undefined;
  private readonly links: BrokerLinks;
  private readonly routes: ProducerRoutes;
  private readonly room = new SendRoom(MOST_PENDING_RECORDS, MOST_PENDING_BYTES);
  private readonly busyBrokers = new Set<number>();
  private readonly deadlineMs: number;
  private readonly log: KafkaConnection['log'];
  private readonly metrics: ProducerMetrics | undefined;
  private asking: Promise<void> | null = null;
  private readonly admin: TopicAdmin;
  private readonly missing: MissingTopics;
  private state: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  private pumpScheduled = false;
  private sweep: NodeJS.Timeout | null = null;
  private emptied: (() => void) | null = null;

  constructor(connection: KafkaConnection, options: RecordProducerOptions = {}) {
    const { deadlineMs = DEADLINE_MS, metrics, topics = [] } = options;
    this.troubles = new TopicTroubles(connection.log);
    this.metrics = metrics && new ProducerMetrics(metrics, () => this.troubles.list());
    this.deadlineMs = deadlineMs;
    this.links = new BrokerLinks(connection, deadlineMs);
    this.routes = new ProducerRoutes(this.links);
    this.log = connection.log;
    this.admin = new TopicAdmin(connection);
    this.missing = new MissingTopics({
      admin: this.admin,
      specs: topics,
      log: connection.log,
      onMade: (topic) => {
        this.routes.forgetMissing(topic);
        this.onTopicMade?.(topic);
      },
      monotonic: () => performance.now(),
    });
  }

  /** Resolves at once: connections open with the first record, and again after a failure. */
  async start(): Promise<void> {
    this.state = 'running';
  }

  /**
   * Appends one record and resolves once it is acknowledged.
   * @throws NeverSentError | UnacknowledgedError | RecordRefusedError
   */
  send(record: OutgoingRecord): Promise<RecordReceipt> {
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + this.deadlineMs;
      const pending = prepare(record, deadline, (outcome) => {
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.receipt);
      });
      if (!this.admit(pending)) void this.admitLater(pending);
    });
  }

  /** Appends records; those of one key keep their order. Never rejects; outcomes in the order of `records`. */
  async sendAll(records: readonly OutgoingRecord[]): Promise<SendOutcome[]> {
    const outcomes = new Array<SendOutcome>(records.length);
    const deadline = performance.now() + this.deadlineMs;
    let missing = records.length;
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    if (missing === 0) finish();
    for (let index = 0; index < records.length; index += 1) {
      const pending = prepare(records[index]!, deadline, (outcome) => {
        outcomes[index] = outcome;
        missing -= 1;
        if (missing === 0) finish();
      });
      if (!this.admit(pending)) await this.admitLater(pending);
    }
    await finished;
    return outcomes;
  }

  /** Has a broker say its time, by a record without content; callers share one. @throws what `send` does; UnstampedTopicError */
  askTime(topic: string): Promise<void> {
    this.asking ??= this.send({ topic, key: 'clock', value: null, headers: {} })
      .then(() => {
        if (!this.brokerClock.isKnown) throw new UnstampedTopicError(topic);
      })
      .finally(() => (this.asking = null));
    return this.asking;
  }

  /** A topic was found missing: makes it, where it is one of those that this producer was given. */
  makeMissing(topic: string): void {
    if (this.state === 'running') this.missing.make(topic);
  }

  /** Takes nothing more, waits for the outcomes of what it has (at most the deadline), and closes. */
  async stop(): Promise<void> {
    if (this.state === 'stopped') return;
    this.state = 'stopping';
    if (!this.room.isEmpty) await new Promise<void>((resolve) => (this.emptied = resolve));
    this.state = 'stopped';
    if (this.sweep) clearInterval(this.sweep);
    this.sweep = null;
    await Promise.all([this.links.close(), this.admin.stop()]);
  }

  private admit(pending: PendingRecord): boolean {
    if (this.state !== 'running' || !this.room.tryEnter(pending.bound)) return false;
    this.enqueue(pending);
    return true;
  }

  /** Waits in line for room, or tells why it never will be sent. */
  private async admitLater(pending: PendingRecord): Promise<void> {
    if (this.state === 'running') {
      this.keepSweeping();
      if (await this.room.waitToEnter(pending.bound, pending.deadline)) return this.enqueue(pending);
    }
    const cause =
      this.state === 'running' ? "the producer's buffer stayed full" : 'the producer is not running';
    this.metrics?.countRecords('failed', 1);
    pending.tell({ error: new NeverSentError(pending.topic, cause) });
  }

  private enqueue(pending: PendingRecord): void {
    this.routes.push(pending);
    this.schedulePump();
    this.keepSweeping();
  }

  /** After the IO of this turn, so that what arrived with it goes out together. */
  private schedulePump(): void {
    if (this.pumpScheduled) return;
    this.pumpScheduled = true;
    setImmediate(() => {
      this.pumpScheduled = false;
      this.pump();
    });
  }

  /** Sends what can go: to each broker that has no request in flight, one with a batch of each ready lane it leads. */
  private pump(): void {
    const now = performance.now();
    this.routes.refresh(now, () => this.schedulePump());
    this.giveUpHopeless(now);
    for (const [leader, lanes] of this.routes.readyLanes(now, this.busyBrokers)) {
      const flights: Flight[] = [];
      let bytes = 0;
      for (const lane of lanes) {
        if (bytes >= MOST_REQUEST_BYTES) break;
        const records = lane.take(MOST_REQUEST_BYTES - bytes, MOST_BATCH_RECORDS);
        if (records.length === 0) continue;
        for (const record of records) bytes += record.bound;
        flights.push({ lane, records, timestamp: Math.round(steadyTime()) });
      }
      if (flights.length > 0) void this.fly(leader, flights);
    }
  }

  /** What waits for a topic or partition that takes nothing keeps no room of others. */
  private giveUpHopeless(now: number): void {
    for (const topic of this.routes.missingTopics()) this.missing.make(topic);
    for (const { record, errorCode } of this.routes.takeUnknown(now, (topic) => this.missing.isMaking(topic)))
      this.refuse(record, errorCode, null);
    for (const { record, lane, trouble } of this.routes.takeHopeless(now)) {
      const { type, message } = describeErrorCode(trouble.errorCode);
      this.troubles.note({ topic: lane.topic, partition: lane.partition, error: type }, 1);
      this.giveUp(record, message, false, 'partition');
    }
  }

  /** One request to one broker, and what its answer means for each record. */
  private async fly(leader: number, flights: Flight[]): Promise<void> {
    this.busyBrokers.add(leader);
    const body = encodeProduceBody(
      flights.map(({ lane, records, timestamp }) => ({
        topic: lane.topic,
        partition: lane.partition,
        batch: encodeRecordBatch(records, timestamp),
      })),
      this.deadlineMs,
    );
    let handedToSocket = false;
    const sentAt = performance.now();
    try {
      const answer = await this.links.send(
        leader,
        requestProduce(body, () => (handedToSocket = true)),
      );
      this.metrics?.observeRequest((performance.now() - sentAt) / 1_000);
      this.land(leader, flights, answer);
    } catch (failure) {
      for (const flight of flights) {
        flight.lane.note(BROKER_NOT_AVAILABLE, performance.now());
        this.failFlight(flight, handedToSocket && !isNotConnected(failure), failure);
      }
      this.routes.distrust();
    } finally {
      this.busyBrokers.delete(leader);
      this.schedulePump();
    }
  }

  private land(leader: number, flights: Flight[], answer: ProduceAnswer): void {
    const parts = new Map<string, ProduceAnswer['topics'][number]['partitions'][number]>();
    for (const { topicName, partitions } of answer.topics) {
      for (const part of partitions)
        parts.set(partitionKey({ topic: topicName, partition: part.partition }), part);
    }
    for (const flight of flights) {
      const part = parts.get(partitionKey(flight.lane));
      if (!part) {
        this.failFlight(flight, true, 'the answer does not mention the partition');
        continue;
      }
      if (isStaleMetadata(part.errorCode)) this.routes.distrust();
      this.landFlight(leader, flight, part);
    }
  }

  private landFlight(
    leader: number,
    { lane, records, timestamp }: Flight,
    part: { errorCode: number; baseOffset: string; logAppendTime: string },
  ): void {
    const verdict = judgeProduce(part.errorCode);
    switch (verdict) {
      case 'appended': {
        const logAppendTime = Number(part.logAppendTime);
        if (logAppendTime >= 0) this.brokerClock.observe(leader, logAppendTime);
        const base = Number(part.baseOffset);
        const appendedAt = logAppendTime >= 0 ? logAppendTime : timestamp;
        lane.land();
        this.troubles.clear(lane.topic, lane.partition);
        this.metrics?.countRecords('acknowledged', records.length);
        for (let index = 0; index < records.length; index += 1) {
          const { topic, mayBeInLog: resent } = records[index]!;
          const receipt = { topic, partition: lane.partition, offset: base + index, appendedAt, resent };
          this.settle(records[index]!, { receipt });
        }
        return;
      }
      case 'refused':
        lane.land();
        lane.noteRefusal(performance.now());
        for (const record of records) this.refuse(record, part.errorCode, lane.partition);
        return;
      case 'too_large':
        if (records.length === 1) {
          lane.land();
          lane.noteRefusal(performance.now());
          this.refuse(records[0]!, part.errorCode, lane.partition);
        } else {
          lane.shrink(records);
          lane.fail(performance.now());
        }
        return;
      case 'not_appended':
      case 'unknown':
        lane.note(part.errorCode, performance.now());
        this.failFlight(
          { lane, records, timestamp },
          verdict === 'unknown',
          describeErrorCode(part.errorCode).message,
        );
        return;
      default:
        verdict satisfies never;
    }
  }

  private failFlight({ lane, records }: Flight, mayBeInLog: boolean, failure: unknown): void {
    const reason = failure instanceof Error ? failure.message : failure;
    this.log('debug', 'Produce attempt failed', { topic: lane.topic, partition: lane.partition, reason });
    for (const record of records) {
      record.mayBeInLog ||= mayBeInLog;
      record.failure = failure;
    }
    lane.fail(performance.now());
  }

  private refuse(record: PendingRecord, errorCode: number, partition: number | null): void {
    const { type, message } = describeErrorCode(errorCode);
    const { topic } = record;
    const refused = new RecordRefusedError(topic, type, message);
    const { scope } = refused;
    if (scope === 'topic') this.troubles.note({ topic, partition: null, error: type }, 1);
    else this.troubles.tell(topic, partition, type, 1);
    const why = `an attempt went unanswered, the next was refused (${type})`;
    const error = record.mayBeInLog
      ? new UnacknowledgedError(topic, why, scope === 'record' ? 'cluster' : scope)
      : refused;
    this.settle(record, { error });
  }

  private giveUp(
    record: PendingRecord,
    cause: unknown,
    inFlight: boolean,
    scope: 'partition' | 'topic' | 'cluster',
  ): void {
    const error =
      record.mayBeInLog || inFlight
        ? new UnacknowledgedError(record.topic, cause, scope)
        : new NeverSentError(record.topic, cause, scope);
    this.settle(record, { error });
  }

  private settle(record: PendingRecord, outcome: SendOutcome): void {
    if (record.settled) return;
    record.settled = true;
    if ('error' in outcome) this.metrics?.countRecords('failed', 1);
    this.room.leave(record.bound);
    record.tell(outcome);
    if (this.room.isEmpty) this.emptied?.();
  }

  private keepSweeping(): void {
    this.sweep ??= setInterval(() => this.sweepExpired(), SWEEP_MS);
  }

  /** Gives up what is past its deadline, and wakes lanes whose pause is over. */
  private sweepExpired(): void {
    const now = performance.now();
    for (const { record, inFlight, lane } of this.routes.takeExpired(now)) {
      const cause = record.failure ?? this.routes.failure ?? 'no answer before the deadline';
      const isOfLane = this.routes.failure === null && lane?.hasHeldUp(record.enqueuedAt) === true;
      if (isOfLane && lane.trouble) {
        const error = describeErrorCode(lane.trouble.errorCode).type;
        this.troubles.note({ topic: lane.topic, partition: lane.partition, error }, 1);
      }
      this.giveUp(record, cause, inFlight, isOfLane ? 'partition' : 'cluster');
    }
    const waiting = this.room.expire(now);
    if (!this.room.isEmpty) {
      this.schedulePump();
    } else if (!waiting && this.sweep) {
      clearInterval(this.sweep);
      this.sweep = null;
    }
  }
}

/** kafkajs found the connection closed before it wrote the request. */
function isNotConnected(failure: unknown): boolean {
  return (
    failure instanceof Error &&
    failure.name === 'KafkaJSConnectionError' &&
    failure.message === 'Not connected'
  );
}
