import type { Topics } from '@jobstream/contracts';
import type { RecordView, TopicRecordsPage } from '@jobstream/contracts/rest';
import { KafkaRequestError, type LogReader, type TopicAdmin } from '@jobstream/kafka';
import { brokerUnavailable, StatusError } from '../status-error.js';
import type { LogReadings } from './log-readings.js';
import { viewOfRecord } from './record-view.js';

export interface TopicRecordsOptions {
  readonly admin: TopicAdmin;
  readonly log: LogReader;
  readonly topics: Topics;
  readonly readings: LogReadings;
}

/** Which records to read; with neither `offset` nor `at` the newest. */
export interface RecordWish {
  /** Default 0. */
  readonly partition?: number | undefined;
  readonly offset?: number | undefined;
  readonly at?: Date | undefined;
  /** Records at most, 1 or more. */
  readonly limit: number;
}

/** Bytes of the values of a page: the record that goes beyond is its last. */
const maxPageBytes = 2 * 1024 * 1024;
/** How long is read for a page. */
const maxReadMs = 2_000;

interface LogBounds {
  /** How many partitions the topic has. */
  readonly partitions: number;
  readonly start: number;
  readonly end: number;
}

/** Reads records of the platform's topics for people. Nobody's place moves, and no consumer waits. */
export class TopicRecords {
  constructor(private readonly options: TopicRecordsOptions) {}

  /**
   * A page of records, in their order. A caller that leaves ends the reading after the piece that is under way.
   * @throws StatusError `topic_not_found`, `invalid_request` for a partition that is not there, `offsets_outside_log`,
   * `broker_unavailable`, `too_many_open`
   */
  page(topic: string, wish: RecordWish, signal: AbortSignal): Promise<TopicRecordsPage> {
    if (this.options.topics.roleOf(topic) === undefined) throw topicNotFound(topic);
    return this.options.readings.run(() =>
      this.read(topic, wish, signal).catch((cause: unknown) => {
        throw cause instanceof StatusError ? cause : brokerUnavailable('Records are on', cause);
      }),
    );
  }

  private async read(topic: string, wish: RecordWish, signal: AbortSignal): Promise<TopicRecordsPage> {
    const { partition = 0 } = wish;
    const bounds = await this.boundsOf(topic, partition);
    const from = await this.beginOf(topic, wish, bounds);
    const { items, next, unreadable } = await this.readOn(
      topic,
      partition,
      from,
      bounds.end,
      wish.limit,
      signal,
    );
    return {
      topic,
      partition,
      ...bounds,
      from,
      items,
      next: next < bounds.end && unreadable === null ? next : null,
      unreadable,
    };
  }

  private async boundsOf(topic: string, partition: number): Promise<LogBounds> {
    const log = (await this.options.admin.describeLogs([topic])).get(topic);
    if (log === undefined) throw topicNotFound(topic);
    const bounds = log[partition];
    if (bounds !== undefined) return { partitions: log.length, start: bounds.start, end: bounds.end };
    throw new StatusError('invalid_request', 'The query has faults.', {
      errors: [{ pointer: '/partition', detail: `The topic has the partitions 0 to ${log.length - 1}.` }],
    });
  }

  private async beginOf(
    topic: string,
    { partition = 0, offset, at, limit }: RecordWish,
    { start, end }: LogBounds,
  ): Promise<number> {
    if (at !== undefined) {
      const offsets = await this.options.admin.offsetsAt([topic], at.getTime());
      return Math.max(offsets.get(topic)?.[partition] ?? end, start);
    }
    if (offset === undefined) return Math.max(end - limit, start);
    if (offset <= end) return Math.max(offset, start);
    throw new StatusError(
      'offsets_outside_log',
      `${topic}, partition ${partition}, holds offsets ${start} to ${end - 1}.`,
    );
  }

  private async readOn(
    topic: string,
    partition: number,
    from: number,
    end: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ items: RecordView[]; next: number; unreadable: string | null }> {
    const tellsOfJobs = this.options.topics.tellsOfJobs(topic);
    const until = performance.now() + maxReadMs;
    const items: RecordView[] = [];
    let next = from;
    for (let bytes = 0; next < end && performance.now() < until && !signal.aborted;) {
      const slice = await this.readSlice(topic, partition, next, end);
      if (typeof slice === 'string') return { items, next, unreadable: slice };
      for (const record of slice.records) {
        if (items.length === limit || bytes > maxPageBytes)
          return { items, next: record.offset, unreadable: null };
        items.push(viewOfRecord(record, tellsOfJobs));
        bytes += record.value?.length ?? 0;
      }
      next = slice.next;
    }
    return { items, next, unreadable: null };
  }

  /** A piece of the log, or why it can not be read. */
  private async readSlice(topic: string, partition: number, from: number, end: number) {
    try {
      return await this.options.log.read({ topic, partition }, from, end);
    } catch (error) {
      if (error instanceof KafkaRequestError && error.brokerError === 'UNREADABLE_BATCH')
        return error.message;
      throw error;
    }
  }
}

function topicNotFound(topic: string): StatusError {
  return new StatusError(
    'topic_not_found',
    `"${topic}" is no topic of this platform. GET /v1/topics lists those that are.`,
  );
}
