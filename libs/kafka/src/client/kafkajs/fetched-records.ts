import { decompress } from './codecs.js';

/** A record as fetched. Key and value are slices of the answer. */
export interface FetchedRecord {
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** See `IncomingRecord.headers`. */
  readonly headers: Record<string, string> | null;
  /** Not for readers: a transaction's marker, or the last of the offsets that a batch covers where no record has it. */
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  /** Stands for a batch that can't be read: why. Always the only record of its answer's partition. */
  readonly fault?: string;
}

interface BatchContext {
  readonly producerId: string;
  readonly inTransaction: boolean;
}

/** How many bytes of an answer may still be decoded; shared by its partitions. */
export interface Allowance {
  bytes: number;
}

/** The most bytes of a batch once it is decompressed, and about the most of an answer. */
export const maxDecodedBytes = 64 * 1024 * 1024;
/** A record takes about this in memory, beside the bytes of the answer. */
const recordCostBytes = 200;

const maxHeaders = 1_000;
const maxHeaderBytes = 64 * 1_024;

const lengthEnd = 12;
const headBytes = 61;
const codecBits = 0x07;
const logAppendTimeBit = 0x08;
const transactionalBit = 0x10;
const controlBit = 0x20;

/**
 * Decodes the record batches (message format 2, https://kafka.apache.org/documentation/#recordbatch) of one partition of a
 * Fetch answer, from offset `from` on. Where the allowance is used up, or the last batch is cut, the rest is left for the next
 * fetch. kafkajs' own decoder takes time by the square of a record's headers, stops for good at a batch that it can't read,
 * and has no bound for what a small batch decompresses to.
 */
export async function decodeFetchedRecords(
  bytes: Buffer,
  from: number,
  allowance: Allowance,
): Promise<FetchedRecord[]> {
  const records: FetchedRecord[] = [];
  let at = 0;
  while (at + headBytes <= bytes.length && allowance.bytes > 0) {
    const end = at + Math.max(headBytes, lengthEnd + bytes.readInt32BE(at + 8));
    if (end > bytes.length) break;
    const lastOffset = Number(bytes.readBigInt64BE(at)) + bytes.readInt32BE(at + 23);
    if (lastOffset >= from) {
      const read = records.length;
      try {
        await decodeBatch(bytes.subarray(at, end), from, lastOffset, allowance, records);
      } catch (error) {
        records.length = read;
        if (read === 0) records.push(faultAt(from, lastOffset, error as Error));
        break;
      }
    }
    at = end;
  }
  return records;
}

async function decodeBatch(
  batch: Buffer,
  from: number,
  lastOffset: number,
  allowance: Allowance,
  records: FetchedRecord[],
): Promise<void> {
  const magic = batch[16]!;
  if (magic !== 2) throw new Error(`it has message format ${magic}, only 2 is known`);
  const attributes = batch.readInt16BE(21);
  const isControlRecord = (attributes & controlBit) !== 0;
  const maxTimestamp = Number(batch.readBigInt64BE(35));
  const firstTimestamp = Number(batch.readBigInt64BE(27));
  const count = batch.readInt32BE(57);
  const batchContext: BatchContext = {
    producerId: batch.readBigInt64BE(43).toString(),
    inTransaction: (attributes & transactionalBit) !== 0,
  };
  const codec = attributes & codecBits;
  const stored = batch.subarray(headBytes);
  const bytes = codec === 0 || count === 0 ? stored : await decompress(codec, stored, maxDecodedBytes);
  if (bytes !== stored) allowance.bytes -= bytes.length;
  const baseOffset = Number(batch.readBigInt64BE(0));
  const cursor = new Cursor(bytes);
  let next = baseOffset;
  for (let index = 0; index < count; index += 1) {
    const end = cursor.readEnd(bytes.length);
    cursor.at += 1; // attributes, which are not used
    const delta = cursor.readVarlong();
    const offset = baseOffset + cursor.readVarint();
    next = offset + 1;
    if (offset >= from) {
      if (allowance.bytes <= 0 && records.length > 0) return;
      const timestamp = (attributes & logAppendTimeBit) !== 0 ? maxTimestamp : firstTimestamp + delta;
      const key = cursor.readBytes(end);
      const value = cursor.readBytes(end);
      const headers = readHeaders(cursor, end);
      records.push({ offset, timestamp, key, value, headers, isControlRecord, batchContext });
      allowance.bytes -= recordCostBytes;
    }
    cursor.at = end;
  }
  if (next <= lastOffset) records.push(placeholder(lastOffset, batchContext));
}

/** Null where they are more than a reader has to look at. Of a header given more than once the last one counts. */
function readHeaders(cursor: Cursor, end: number): Record<string, string> | null {
  const count = cursor.readVarint();
  if (count > maxHeaders || end - cursor.at > maxHeaderBytes) return null;
  const headers: Record<string, string> = {};
  for (let index = 0; index < count; index += 1) {
    const name = cursor.readText(end);
    const text = cursor.readText(end);
    if (name === null) continue;
    if (text === null) delete headers[name];
    else headers[name] = text;
  }
  return headers;
}

/** Takes a reader past offsets that no record has: compacted away, or never given. */
function placeholder(offset: number, batchContext: BatchContext): FetchedRecord {
  return {
    offset,
    timestamp: 0,
    key: null,
    value: null,
    headers: null,
    isControlRecord: true,
    batchContext,
  };
}

function faultAt(from: number, lastOffset: number, { message }: Error): FetchedRecord {
  return {
    ...placeholder(from, { producerId: '-1', inTransaction: false }),
    isControlRecord: false,
    fault: `the batch of offsets up to ${lastOffset} can't be read: ${message}`,
  };
}

/** Reads a record's parts one after the other. @throws Error where a part does not lie within the record */
class Cursor {
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** The length of what follows; answers where it ends. */
  readEnd(limit: number): number {
    return this.endAfter(this.readVarint(), limit);
  }

  readBytes(limit: number): Buffer | null {
    const length = this.readVarint();
    if (length === -1) return null;
    const start = this.at;
    this.at = this.endAfter(length, limit);
    return this.bytes.subarray(start, this.at);
  }

  readText(limit: number): string | null {
    const length = this.readVarint();
    if (length === -1) return null;
    const start = this.at;
    this.at = this.endAfter(length, limit);
    return this.bytes.toString('utf8', start, this.at);
  }

  readVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new Error('a number in it is cut');
  }

  /** As close as a number comes to it. */
  readVarlong(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 0x80;
    }
    throw new Error('a number in it is cut');
  }

  private endAfter(length: number, limit: number): number {
    const end = this.at + length;
    if (length < 0 || end > limit) throw new Error('a length in it is wrong');
    return end;
  }
}
