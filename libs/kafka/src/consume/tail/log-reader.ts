import { BrokerLinks } from '../../client/broker-links.js';
import { ClusterReader } from '../../client/cluster-reader.js';
import type { KafkaConnection } from '../../client/connection.js';
import { errorCodes } from '../../client/error-codes.js';
import { FetchBatch, requestFetch } from '../../client/kafkajs/internals.js';
import type { IncomingRecord, TopicPartition } from '../../client/record.js';
import { KafkaRequestError, PassingError, throwOn, withPatience } from '../../client/request-patience.js';
import { copyRecord } from '../copy-record.js';

const requestTimeoutMs = 15_000;
const sliceBytes = 1024 * 1024;

/** A piece of a partition's log, in order. */
export interface LogSlice {
  records: IncomingRecord[];
  /** The offset to read next: after the last record, also where the offsets before it are no records. */
  next: number;
  /** How many of the offsets asked for were deleted before they could be read. */
  deleted: number;
}

/**
 * Reads stretches of the log by offset, without a group: nobody's partitions move and no commit changes. Errors that pass by
 * themselves are waited out for about 3 s.
 */
export class LogReader {
  private readonly links: BrokerLinks;
  private readonly reader: ClusterReader;
  /** By topic, the leader of each partition as last described. */
  private readonly leaders = new Map<string, number[]>();

  constructor(connection: KafkaConnection) {
    this.links = new BrokerLinks(connection, requestTimeoutMs);
    this.reader = new ClusterReader(connection, requestTimeoutMs);
  }

  /**
   * The records of a partition from offset `from` on, before `end`: some of them, about a MiB at most. `end` has to be no
   * further than the log's end.
   * @throws KafkaRequestError, and what a connection fails with
   */
  async read(place: TopicPartition, from: number, end: number): Promise<LogSlice> {
    if (from >= end) return { records: [], next: from, deleted: 0 };
    const { topic, partition } = place;
    return withPatience(`Records of ${topic}/${partition} from ${from}`, async () => {
      const fetched = await this.fetch(place, from);
      if (fetched === 'out of range') return this.passDeleted(place, from, end);
      const batch = new FetchBatch(topic, String(from), fetched);
      if (batch.rawMessages.length === 0) throw new PassingError(errorCodes.notLeader, 'Nothing yet');
      const fault = batch.messages[0]?.fault;
      if (fault !== undefined)
        throw new KafkaRequestError('UNREADABLE_BATCH', `Records of ${topic}/${partition}`, fault);
      const records = batch.messages
        .filter(({ offset }) => offset < end)
        .map((message) => copyRecord(topic, partition, message));
      return { records, next: Math.min(Math.max(Number(batch.lastOffset()) + 1, from + 1), end), deleted: 0 };
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.links.close(), this.reader.close()]);
  }

  private async fetch({ topic, partition }: TopicPartition, from: number) {
    const leader = await this.leaderOf(topic, partition);
    try {
      const answer = await this.links.send(leader, requestFetch(topic, partition, from, sliceBytes));
      throwOn(answer.errorCode, `Fetch from ${topic}`);
      const fetched = answer.responses[0]!.partitions[0]!;
      if (fetched.errorCode === errorCodes.offsetOutOfRange) return 'out of range' as const;
      throwOn(fetched.errorCode, `Fetch from ${topic}/${partition}`);
      return fetched;
    } catch (error) {
      this.leaders.delete(topic);
      throw error;
    }
  }

  private async leaderOf(topic: string, partition: number): Promise<number> {
    let leaders = this.leaders.get(topic);
    if (leaders === undefined) {
      leaders = (await this.links.describe([topic])).topics.get(topic);
      if (leaders !== undefined) this.leaders.set(topic, leaders);
    }
    const leader = leaders?.[partition] ?? -1;
    if (leader >= 0) return leader;
    this.leaders.delete(topic);
    throw new PassingError(errorCodes.notLeader, `Leader of ${topic}/${partition}`);
  }

  private async passDeleted(
    { topic, partition }: TopicPartition,
    from: number,
    end: number,
  ): Promise<LogSlice> {
    const start = (await this.reader.offsetsAt([topic], 'start')).get(topic)?.[partition] ?? from;
    if (start <= from) throwOn(errorCodes.offsetOutOfRange, `Offset ${from} of ${topic}/${partition}`);
    const next = Math.min(start, end);
    return { records: [], next, deleted: next - from };
  }
}
