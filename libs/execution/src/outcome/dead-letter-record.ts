import { maxDeadLetterRecordBytes } from '@jobstream/contracts';
import {
  encodePoison,
  encodeRecord,
  type DeadLetter,
  type EncodedRecord,
  type Origin,
  type Poison,
  type RecordHead,
  type Start,
} from '@jobstream/contracts/records';
import type { IncomingRecord } from '@jobstream/kafka';
import { shorten, type Outcome } from '@jobstream/lifecycle';
import type { ReadRecord } from '../admission/record-reading.js';
import type { StartableJob } from '../admission/startable-job.js';

/** Room for the bytes that Kafka adds to a record: batch header, lengths, varints. */
export const recordOverheadBytes = 1_024;

const roomBytes = maxDeadLetterRecordBytes - recordOverheadBytes;
/** The last day whose year has four digits, as ISO 8601 needs it. */
const latestTime = Date.UTC(9999, 11, 31);
/** Limits of a foreign record's key and headers in a dead letter; the value gets the rest. */
const keyRoomBytes = 16 * 1_024;
const headersRoomBytes = 64 * 1_024;

/** The bytes of a record on its topic, without {@link recordOverheadBytes}. */
export function encodedBytes({ key, value, headers }: EncodedRecord): number {
  let bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}

/**
 * The dead letter of a job. A payload that does not fit (only foreign producers can write one so large) becomes null; the origin
 * tells where to find it.
 */
export function deadLetterOf(
  job: StartableJob,
  outcome: Extract<Outcome, { kind: 'dead-letter' }>,
  start: Start | undefined,
  origin: Origin,
): EncodedRecord {
  const { reason, error, attempts } = outcome;
  const letter = (value: DeadLetter) => encodeRecord({ ...headOf(job), phase: 'dead_lettered', value });
  const value: DeadLetter = { ...job.request, reason, error, attempts, origin, ...(start && { start }) };
  const whole = letter(value);
  return encodedBytes(whole) <= roomBytes ? whole : letter({ ...value, payload: null });
}

/**
 * The dead letter of a record without a readable job: the record byte for byte, in base64. A value too large for the topic is cut,
 * and `cut` then tells how many bytes it had. A key is cut at 16 KiB. Headers beyond 64 KiB are left out.
 */
export function poisonOf(
  record: IncomingRecord,
  fault: Extract<ReadRecord, { kind: 'poison' }>,
): EncodedRecord {
  const { value } = record;
  const envelope: Poison = {
    v: 1,
    reason: fault.reason,
    error: shorten({ code: fault.reason, message: fault.detail }),
    origin: originOf(record),
    raw: {
      key: record.key?.subarray(0, keyRoomBytes).toString('base64') ?? null,
      value: null,
      headers: fittingHeaders(record.headers ?? {}),
    },
  };
  if (value === null) return encodePoison(envelope);
  const room = Math.floor(((roomBytes - encodedBytes(encodePoison(envelope))) / 4) * 3) - 64;
  const raw = { ...envelope.raw, value: value.subarray(0, room).toString('base64') };
  return encodePoison({ ...envelope, raw: value.length > room ? { ...raw, cut: value.length } : raw });
}

/** The coordinates of a record. Its time is 1970 when a foreign producer has set one that no date can hold. */
export function originOf(record: IncomingRecord): Origin {
  const { topic, partition, offset, timestamp } = record;
  const time = Math.abs(timestamp) <= latestTime ? timestamp : 0;
  return { topic, partition, offset, at: new Date(time).toISOString() };
}

/** The headers that all records of a job have. */
export function headOf(job: StartableJob): Omit<RecordHead, 'phase'> {
  const { run, attempt, createdAt, claimed, notify, unique, flow, traceparent } = job;
  return { run, attempt, createdAt, claimed, notify, unique, flow, traceparent };
}

function fittingHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  let room = headersRoomBytes;
  const fitting: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers)) {
    room -= Buffer.byteLength(JSON.stringify([name, text]));
    if (room < 0) break;
    fitting[name] = text;
  }
  return fitting;
}
