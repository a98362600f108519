import type { BrokerClock } from '../client/broker-clock.js';
import type { BrokerLinks } from '../client/broker-links.js';
import { errorCodes } from '../client/error-codes.js';
import { describeErrorCode, requestProduce, type ProduceAnswer } from '../client/kafkajs/internals.js';
import type { KafkaCompression, KafkaLogger } from '../client/settings.js';
import { steadyTime } from '../client/steady-time.js';
import { partitionKey } from '../client/topic-partition.js';
import type { MissingTopics } from './missing-topics.js';
import type { PartitionLane } from './partition-lane.js';
import type { PendingRecord } from './pending-record.js';
import { encodeProduceBody } from './produce-request.js';
import { isStaleMetadata, judgeProduce } from './produce-verdict.js';
import type { ProducerMetrics } from './producer-metrics.js';
import type { ProducerRoutes } from './producer-routes.js';
import { encodeCompressedBatch, encodeRecordBatch } from './record-batch.js';
import type { RecordOutcomes } from './record-outcomes.js';
import type { SendRoom } from './send-room.js';
import type { TopicTroubles } from './topic-troubles.js';

const maxRequestBytes = 4 * 1024 * 1024;
const maxBatchRecords = 10_000;
const sweepMs = 20;

export interface RecordSenderOptions {
  readonly links: BrokerLinks;
  readonly routes: ProducerRoutes;
  readonly room: SendRoom;
  readonly outcomes: RecordOutcomes;
  readonly missing: MissingTopics;
  readonly troubles: TopicTroubles;
  readonly brokerClock: BrokerClock;
  readonly metrics: ProducerMetrics | undefined;
  readonly log: KafkaLogger;
  readonly compression: KafkaCompression;
  /** How long a leader may wait for its in-sync replicas, in ms. */
  readonly deadlineMs: number;
}

/** A lane's batch on its way to a broker. */
interface Flight {
  readonly lane: PartitionLane;
  readonly records: PendingRecord[];
  /** Milliseconds since 1970, written into the batch. */
  readonly timestamp: number;
}

type PartitionAnswer = ProduceAnswer['topics'][number]['partitions'][number];

/**
 * Sends the records that wait in the lanes. A record on its way is, in this order:
 * - waiting in its lane, or for its topic to be described (`push`)
 * - in flight: in the batch of its lane, with those of other lanes in one request (`pump`, `fly`)
 * - settled by the answer (`land`), or waiting again after a failure
 * - settled without one: its deadline has passed (`sweep`), or its partition or topic takes nothing (`giveUpHopeless`)
 *
 * Invariants: a broker has one request in flight, a lane one batch. A lane's batch that failed goes first again, so the records
 * of one key keep their order.
 */
export class RecordSender {
  private readonly busyBrokers = new Set<number>();
  private isPumpScheduled = false;
  private sweeping: NodeJS.Timeout | null = null;

  constructor(private readonly options: RecordSenderOptions) {}

  /** Takes a record that has room. */
  push(record: PendingRecord): void {
    this.options.routes.push(record);
    this.schedulePump();
    this.keepSweeping();
  }

  /** Looks for what has expired, until nothing waits: in the lanes, or for room. */
  keepSweeping(): void {
    this.sweeping ??= setInterval(() => this.sweep(), sweepMs);
  }

  stop(): void {
    if (this.sweeping) clearInterval(this.sweeping);
    this.sweeping = null;
  }

  /** After the IO of this turn, so that what arrived with it goes out together. */
  private schedulePump(): void {
    if (this.isPumpScheduled) return;
    this.isPumpScheduled = true;
    setImmediate(() => {
      this.isPumpScheduled = false;
      this.pump();
    });
  }

  /** Sends what can go: to each broker that has no request in flight, one with a batch of each ready lane it leads. */
  private pump(): void {
    const { routes } = this.options;
    const now = performance.now();
    routes.refresh(now, () => this.schedulePump());
    this.giveUpHopeless(now);
    for (const [leader, lanes] of routes.readyLanes(now, this.busyBrokers)) {
      const flights: Flight[] = [];
      let bytes = 0;
      for (const lane of lanes) {
        if (bytes >= maxRequestBytes) break;
        const records = lane.take(maxRequestBytes - bytes, maxBatchRecords);
        if (records.length === 0) continue;
        for (const record of records) bytes += record.bound;
        flights.push({ lane, records, timestamp: Math.round(steadyTime()) });
      }
      if (flights.length > 0) void this.fly(leader, flights);
    }
  }

  /** Records that wait for a topic or partition that takes nothing keep no room of others. */
  private giveUpHopeless(now: number): void {
    const { routes, missing, outcomes, troubles } = this.options;
    for (const topic of routes.missingTopics()) missing.make(topic);
    for (const { record, errorCode } of routes.takeUnknown(now, (topic) => missing.isMaking(topic)))
      outcomes.refuse(record, errorCode, null);
    for (const { record, lane, trouble } of routes.takeHopeless(now)) {
      const { type, message } = describeErrorCode(trouble.errorCode);
      troubles.note({ topic: lane.topic, partition: lane.partition, error: type }, 1);
      outcomes.giveUp(record, message, false, 'partition');
    }
  }

  /** One request to one broker, and what its answer means for each record. */
  private async fly(leader: number, flights: Flight[]): Promise<void> {
    const { links, routes, metrics, compression, deadlineMs } = this.options;
    this.busyBrokers.add(leader);
    let handedToSocket = false;
    try {
      const encode = compression === 'gzip' ? encodeCompressedBatch : encodeRecordBatch;
      const parts = flights.map(async ({ lane, records, timestamp }) => ({
        topic: lane.topic,
        partition: lane.partition,
        batch: await encode(records, timestamp),
      }));
      const body = encodeProduceBody(await Promise.all(parts), deadlineMs);
      const sentAt = performance.now();
      const answer = await links.send(
        leader,
        requestProduce(body, () => (handedToSocket = true)),
      );
      metrics?.observeRequest((performance.now() - sentAt) / 1_000);
      this.land(leader, flights, answer);
    } catch (failure) {
      for (const flight of flights) {
        flight.lane.note(errorCodes.brokerNotAvailable, performance.now());
        this.fail(flight, handedToSocket && !isNotConnected(failure), failure);
      }
      routes.distrust();
    } finally {
      this.busyBrokers.delete(leader);
      this.schedulePump();
    }
  }

  private land(leader: number, flights: Flight[], answer: ProduceAnswer): void {
    const parts = new Map<string, PartitionAnswer>();
    for (const { topicName: topic, partitions } of answer.topics)
      for (const part of partitions) parts.set(partitionKey({ topic, partition: part.partition }), part);
    for (const flight of flights) {
      const part = parts.get(partitionKey(flight.lane));
      if (!part) {
        this.fail(flight, true, 'the answer does not mention the partition');
        continue;
      }
      if (isStaleMetadata(part.errorCode)) this.options.routes.distrust();
      this.landFlight(leader, flight, part);
    }
  }

  private landFlight(leader: number, flight: Flight, part: PartitionAnswer): void {
    const { outcomes, brokerClock } = this.options;
    const { lane, records, timestamp } = flight;
    const verdict = judgeProduce(part.errorCode);
    switch (verdict) {
      case 'appended': {
        const logAppendTime = Number(part.logAppendTime);
        if (logAppendTime >= 0) brokerClock.observe(leader, logAppendTime);
        lane.land();
        outcomes.acknowledge(
          lane,
          records,
          Number(part.baseOffset),
          logAppendTime >= 0 ? logAppendTime : timestamp,
        );
        return;
      }
      case 'refused':
        return this.refuse(flight, part.errorCode);
      case 'too_large':
        if (records.length === 1) return this.refuse(flight, part.errorCode);
        lane.shrink(records);
        lane.fail(performance.now());
        return;
      case 'not_appended':
      case 'unknown':
        lane.note(part.errorCode, performance.now());
        this.fail(flight, verdict === 'unknown', describeErrorCode(part.errorCode).message);
        return;
      default:
        verdict satisfies never;
    }
  }

  private refuse({ lane, records }: Flight, errorCode: number): void {
    lane.land();
    lane.noteRefusal(performance.now());
    for (const record of records) this.options.outcomes.refuse(record, errorCode, lane.partition);
  }

  /** The batch goes out again after the lane's pause. */
  private fail({ lane, records }: Flight, mayBeInLog: boolean, failure: unknown): void {
    const { topic, partition } = lane;
    const reason = failure instanceof Error ? failure.message : failure;
    this.options.log('debug', 'produce attempt failed', { topic, partition, reason });
    for (const record of records) {
      record.mayBeInLog ||= mayBeInLog;
      record.failure = failure;
    }
    lane.fail(performance.now());
  }

  /** Gives up what is past its deadline, and wakes lanes whose pause is over. */
  private sweep(): void {
    const { routes, room, outcomes, troubles } = this.options;
    const now = performance.now();
    for (const { record, inFlight, lane } of routes.takeExpired(now)) {
      const cause = record.failure ?? routes.failure ?? 'no answer before the deadline';
      const isOfLane = routes.failure === null && lane?.hasHeldUp(record.enqueuedAt) === true;
      if (isOfLane && lane.trouble) {
        const error = describeErrorCode(lane.trouble.errorCode).type;
        troubles.note({ topic: lane.topic, partition: lane.partition, error }, 1);
      }
      outcomes.giveUp(record, cause, inFlight, isOfLane ? 'partition' : 'cluster');
    }
    const someWait = room.expire(now);
    if (!room.isEmpty) this.schedulePump();
    else if (!someWait) this.stop();
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
