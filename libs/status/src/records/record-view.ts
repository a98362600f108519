import { isUtf8 } from 'node:buffer';
import { decodePoison, decodeRecord } from '@jobstream/contracts/records';
import type { RecordView, ShownBytes } from '@jobstream/contracts/rest';
import type { IncomingRecord } from '@jobstream/kafka';

/** A record as REST shows it. @param tellsOfJobs whether its topic does: then a record without a job has a fault */
export function viewOfRecord(record: IncomingRecord, tellsOfJobs: boolean): RecordView {
  const { partition, offset, timestamp, key, value, headers } = record;
  const read = tellsOfJobs ? decodeRecord(value, headers) : undefined;
  const shown = shownBytes(value);
  const isPoison = read !== undefined && 'fault' in read && decodePoison(value) !== undefined;
  return {
    partition,
    offset,
    time: new Date(timestamp).toISOString(),
    key: shownBytes(key),
    headers,
    value: shown,
    valueBytes: value?.length ?? 0,
    isJson: shown?.encoding === 'utf8' && isJson(shown.text),
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
