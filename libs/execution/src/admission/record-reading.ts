import { maxRequestRecordBytes, type TopicRole } from '@jobstream/contracts';
import { decodeRecord, type DeadLetterReason, requestOf } from '@jobstream/contracts/records';
import type { IncomingRecord } from '@jobstream/kafka';
import type { StartableJob } from './startable-job.js';

/** The job that a record asks for, or why the record is set aside. */
export type ReadRecord =
  | { readonly kind: 'job'; readonly job: StartableJob }
  | {
      readonly kind: 'poison';
      readonly reason: Extract<DeadLetterReason, 'malformed' | 'empty' | 'tombstone' | 'oversize'>;
      readonly detail: string;
    };

/**
 * Reads a record that a worker consumes. A request topic holds `queued` records. A retry lane holds `retrying` records, which ask
 * for the attempt after the one that failed. Any other record is malformed. Never throws.
 */
export function readRecord(record: IncomingRecord, role: TopicRole | undefined): ReadRecord {
  const bytes = record.value?.length ?? 0;
  if (bytes > maxRequestRecordBytes) {
    return poison('oversize', `The value has ${bytes} bytes, ${maxRequestRecordBytes} are allowed.`);
  }
  const read = decodeRecord(record.value, record.headers);
  if ('fault' in read) return poison(read.fault, read.detail);
  const expected = role?.kind === 'retry' ? 'retrying' : 'queued';
  if (read.phase !== expected || (role?.kind !== 'retry' && role?.kind !== 'requests')) {
    return poison('malformed', `A "${read.phase}" record does not belong on ${record.topic}.`);
  }
  if (read.value.queue !== role.queue) {
    return poison(
      'malformed',
      `The value names the queue "${read.value.queue}", but it is on ${record.topic}.`,
    );
  }
  return {
    kind: 'job',
    job: {
      request: read.phase === 'queued' ? read.value : requestOf(read.value),
      run: read.run,
      attempt: read.phase === 'retrying' ? read.attempt + 1 : read.attempt,
      createdAt: read.createdAt,
      claimed: read.claimed,
      notify: read.notify,
      unique: read.unique,
      flow: read.flow,
      traceparent: read.traceparent,
    },
  };
}

function poison(reason: Extract<ReadRecord, { kind: 'poison' }>['reason'], detail: string): ReadRecord {
  return { kind: 'poison', reason, detail };
}
