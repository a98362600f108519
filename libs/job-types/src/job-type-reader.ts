import type { Topics } from '@jobstream/contracts';
import { decodeJobType } from '@jobstream/contracts/records';
import type { FollowedTopics, IncomingRecord } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { JobTypeBook } from './job-type-book.js';

/** Keeps the job types in force in memory, as a part of what a TopicFollower reads. */
export class JobTypeReader implements FollowedTopics {
  readonly book = new JobTypeBook();
  readonly topics: readonly string[];

  constructor(
    topics: Topics,
    private readonly logger: Logger,
  ) {
    this.topics = [topics.types];
  }

  take(records: readonly IncomingRecord[]): void {
    for (const { topic, offset, key, value } of records) {
      const read = decodeJobType(key, value);
      if ('detail' in read)
        this.logger.warn({ topic, offset, fault: read.detail }, 'job type skipped: not readable');
      else this.book.apply(read.type, read.record, offset);
    }
  }

  onRead(): void {
    this.book.isKnown = true;
  }
}
