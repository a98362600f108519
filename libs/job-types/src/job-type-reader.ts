import type { Topics } from '@jobstream/contracts';
import { decodeJobType, type JobTypeRecord } from '@jobstream/contracts/records';
import type { FollowedTopics, IncomingRecord } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { JobTypeBook } from './job-type-book.js';
import { schemaFaults } from './schema/schema-faults.js';

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
      const fault = 'detail' in read ? read.detail : faultOf(read.record);
      if (fault !== undefined) this.logger.warn({ topic, offset, fault }, 'job type skipped: not readable');
      else if ('type' in read) this.book.apply(read.type, read.record, offset);
    }
  }

  onRead(): void {
    this.book.isKnown = true;
    this.book.onChange?.();
  }
}

/** Publishers check their schemas; a record that somebody else wrote must not stop or slow down those who follow the topic. */
function faultOf(record: JobTypeRecord | null): string | undefined {
  if (record === null) return undefined;
  const [fault] = [...schemaFaults(record.payload, '/payload'), ...schemaFaults(record.result, '/result')];
  return fault && `${fault.pointer}: ${fault.detail}`;
}
