import { isUtf8 } from 'node:buffer';
import { decodePoison, decodeRecord } from '@jobstream/contracts/records';
import type { RecordView, ShownBytes } from '@jobstream/contracts/rest';
import type { IncomingRecord } from '@jobstream/kafka';

/** A record as REST shows it. @param tellsOfJobs whether its topic does: then a record without a job has a fault */
export function viewOfRecord(record: IncomingRecord, tellsOfJobs: boolean): RecordView {
  const { partition, offset, timestamp, key, value, headers } = record;
  const read = tellsOfJobs ? decodeRecord(value, headers) : undefined;
  const isPoison = read !== undefined && 'fault' in read && decodePoison(value) !== undefined;
  return {
    partition,
    offset,
    time: new Date(timestamp).toISOString(),
    key: shownBytes(key),
    headers,
    value: shownBytes(value),
    valueBytes: value?.length ?? 0,
    isJson: isJson(value),
    job: read === undefined || 'fault' in read ? null : jobOf(read),
    fault: read !== undefined && 'fault' in read && !isPoison ? `${read.fault}: ${read.detail}` : null,
  };
}

function jobOf({
  run,
  attempt,
  phase,
  value: { id, type },
}: Exclude<ReturnType<typeof decodeRecord>, { fault: string }>): RecordView['job'] {
  return { id: id.toLowerCase(), type, run, attempt, phase };
}

function shownBytes(bytes: Buffer | null): ShownBytes | null {
  if (bytes === null) return null;
  return isUtf8(bytes)
    ? { encoding: 'utf8', text: bytes.toString('utf8') }
    : { encoding: 'base64', text: bytes.toString('base64') };
}

function isJson(bytes: Buffer | null): boolean {
  if (bytes === null || !isUtf8(bytes)) return false;
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
