import { isQueueName, maxRequestRecordBytes, type JobId, type Priority } from '@jobstream/contracts';
import {
  decodeRecord,
  encodeRecord,
  headerNames,
  type JobRecord,
  type JobRequest,
  type RecordHead,
  requestOf,
} from '@jobstream/contracts/records';
import type { IncomingRecord } from '@jobstream/kafka';

/** A job request that waits: its identity, when it is due, and the record to append then. */
export interface DelayedJob {
  readonly id: JobId;
  readonly run: number;
  /** The attempt that waits. */
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  readonly queue: string;
  readonly priority: Priority;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Why a record of the delayed topic is skipped. */
export interface NotDelayed {
  readonly fault: string;
}

/**
 * Reads a record of the delayed topic. A `scheduled` job waits for its first attempt, a `retrying` job for the attempt after
 * the failed one. A record without a time is due at once. Never throws.
 */
export function readDelayedJob(record: IncomingRecord): DelayedJob | NotDelayed {
  const bytes = record.value?.length ?? 0;
  if (bytes > maxRequestRecordBytes) return { fault: `The value has ${bytes} bytes.` };
  const read = decodeRecord(record.value, record.headers);
  if ('fault' in read) return { fault: read.detail };
  if (read.phase !== 'scheduled' && read.phase !== 'retrying' && read.phase !== 'queued')
    return { fault: `A "${read.phase}" record does not belong on this topic.` };
  if (!isQueueName(read.value.queue)) return { fault: `No queue can be called "${read.value.queue}".` };
  const attempt = read.phase === 'retrying' ? read.attempt + 1 : read.attempt;
  return delayedJobOf({ ...read, attempt }, read.value, dueAtOf(read) ?? record.timestamp);
}

/**
 * Whether a record is of a job with a unique key that waits for its first attempt. Intake has put it into its row before it sent the
 * record, and may have replaced it there.
 */
export function isHeldByKey({ headers }: Pick<IncomingRecord, 'headers'>): boolean {
  return headers?.[headerNames.unique] !== undefined && headers[headerNames.phase] === 'scheduled';
}

/** The job of a request that waits, with the record that puts it into its queue. @param head with the attempt that waits */
export function delayedJobOf(
  { run, attempt, createdAt, notify, unique, flow, traceparent }: Omit<RecordHead, 'phase'>,
  value: JobRequest,
  dueAt: number,
): DelayedJob {
  const request = requestOf(value);
  return {
    id: request.id.toLowerCase(),
    run,
    attempt,
    dueAt,
    queue: request.queue,
    priority: request.priority,
    ...encodeRecord({
      run,
      attempt,
      phase: 'queued',
      createdAt,
      // A publisher that dies makes another publish it again.
      claimed: true,
      notify,
      unique,
      flow,
      traceparent,
      value: request,
    }),
  };
}

function dueAtOf(record: JobRecord): number | undefined {
  switch (record.phase) {
    case 'scheduled':
      return Date.parse(record.value.runAt);
    case 'retrying':
      return record.value.dueAt === undefined ? undefined : Date.parse(record.value.dueAt);
    default:
      return undefined;
  }
}
