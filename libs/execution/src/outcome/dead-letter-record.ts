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

/** Left for what Kafka puts around a record: batch header, lengths, varints. */
export const recordOverheadBytes = 1_024;

const roomBytes = maxDeadLetterRecordBytes - recordOverheadBytes;
/** The end of what a Date can hold that ISO 8601 writes with four digits of year. */
const latestTime = Date.UTC(9999, 11, 31);
/** What a foreign record's key and headers may take in a dead letter; the value has the rest. */
const keyRoomBytes = 16 * 1_024;
const headersRoomBytes = 64 * 1_024;

/** Bytes that a record takes on its topic, without {@link recordOverheadBytes}. */
export function encodedBytes({ key, value, headers }: EncodedRecord): number {
  let bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}

/**
 * The dead letter of a job. Where the payload does not fit (only foreign producers can write one so large) it is null;
 * the origin tells where it is.
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
 * The dead letter of a record in which no job could be read: the record byte for byte, base64. A value too large for the
 * topic is cut, and `cut` then tells how many bytes it had; so are a key beyond 16 KiB and headers beyond 64 KiB. Headers
 * that no reader looks at are left out.
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

/** Where a record stands. Its time is 1970 where a foreign producer set one that no date can hold. */
export function originOf(record: IncomingRecord): Origin {
  const { topic, partition, offset, timestamp } = record;
  const time = Math.abs(timestamp) <= latestTime ? timestamp : 0;
  return { topic, partition, offset, at: new Date(time).toISOString() };
}

/** What all records of a job have in their headers. */
export function headOf(job: StartableJob): Omit<RecordHead, 'phase'> {
  const { run, attempt, createdAt, claimed, traceparent } = job;
  return { run, attempt, createdAt, claimed, traceparent };
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
