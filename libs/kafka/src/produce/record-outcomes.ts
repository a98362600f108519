import { describeErrorCode } from '../client/kafkajs/internals.js';
import type { PartitionLane } from './partition-lane.js';
import type { PendingRecord } from './pending-record.js';
import {
  NeverSentError,
  RecordRefusedError,
  UnacknowledgedError,
  type SendOutcome,
  type TroubleScope,
} from './producer-errors.js';
import type { ProducerMetrics } from './producer-metrics.js';
import type { SendRoom } from './send-room.js';
import type { TopicTroubles } from './topic-troubles.js';

/** Settles each record once: its caller is told, its room is free, and counts and troubles are up to date. */
export class RecordOutcomes {
  constructor(
    private readonly room: SendRoom,
    private readonly troubles: TopicTroubles,
    private readonly metrics: ProducerMetrics | undefined,
  ) {}

  /** A batch is in the log: its records from offset `base` on. */
  acknowledge(
    { topic, partition }: PartitionLane,
    records: readonly PendingRecord[],
    base: number,
    appendedAt: number,
  ): void {
    this.troubles.clear(topic, partition);
    this.metrics?.countRecords('acknowledged', records.length);
    for (let index = 0; index < records.length; index += 1) {
      const record = records[index]!;
      const receipt = { topic, partition, offset: base + index, appendedAt, resent: record.mayBeInLog };
      this.settle(record, { receipt });
    }
  }

  /** The brokers refuse the record; `partition` is null where its topic has none to ask. */
  refuse(record: PendingRecord, errorCode: number, partition: number | null): void {
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

  /** The record is sent no more; it may be in the log where an attempt has gone unanswered, or is in flight. */
  giveUp(
    record: PendingRecord,
    cause: unknown,
    isInFlight: boolean,
    scope: Exclude<TroubleScope, 'record'>,
  ): void {
    const error =
      record.mayBeInLog || isInFlight
        ? new UnacknowledgedError(record.topic, cause, scope)
        : new NeverSentError(record.topic, cause, scope);
    this.settle(record, { error });
  }

  /** The record never had room. */
  turnAway(record: PendingRecord, cause: string): void {
    this.metrics?.countRecords('failed', 1);
    record.tell({ error: new NeverSentError(record.topic, cause) });
  }

  private settle(record: PendingRecord, outcome: SendOutcome): void {
    if (record.settled) return;
    record.settled = true;
    if ('error' in outcome) this.metrics?.countRecords('failed', 1);
    this.room.leave(record.bound);
    record.tell(outcome);
  }
}
