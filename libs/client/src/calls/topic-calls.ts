import type { TopicPage, TopicRecordsPage } from '@jobstream/contracts/rest';
import { get, queryOf, type CallOptions, type PageOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** Which topics to list. */
export interface TopicListOptions extends PageOptions {
  /** Only those of this queue. */
  readonly queue?: string;
}

/** Which records to read; with neither `offset` nor `at` the newest. */
export interface RecordOptions extends CallOptions {
  /** Default 0. */
  readonly partition?: number;
  /** From this offset on. */
  readonly offset?: number;
  /** From the first record of this time or later. */
  readonly at?: Date;
  /** Records at most: 1 to 200. Default 50. */
  readonly limit?: number;
}

/** The calls about the topics of the platform. */
export class TopicCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** A page of topics, by name. */
  list({ signal, ...wish }: TopicListOptions = {}): Promise<TopicPage> {
    return this.caller.read<TopicPage>(get(`/v1/topics${queryOf({ ...wish })}`, signal));
  }

  /** A page of records of one partition, in their order. */
  readRecords(topic: string, { signal, ...wish }: RecordOptions = {}): Promise<TopicRecordsPage> {
    const path = `/v1/topics/${encodeURIComponent(topic)}/records`;
    return this.caller.read<TopicRecordsPage>(get(`${path}${queryOf({ ...wish })}`, signal));
  }
}
