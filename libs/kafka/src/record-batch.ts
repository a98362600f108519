import { crc32c } from './kafkajs-internals.js';

/** A record ready to be written: key and value as bytes, headers as text. */
export interface EncodableRecord {
  key: Buffer;
  value: Buffer | null;
  headers: Record<string, string>;
}

const BATCH_OVERHEAD = 61;
const HEAD_FROM_CRC = 21;
/** Length, attributes, timestamp delta, offset delta, key length, value length, header count: at most. */
const RECORD_OVERHEAD = 5 + 1 + 1 + 5 + 5 + 5 + 5;

/** The most bytes a record can take in a batch. */
export function sizeBound(record: EncodableRecord): number {
  let size = RECORD_OVERHEAD + record.key.length + (record.value?.length ?? 0);
  for (const name in record.headers) {
    size += 10 + Buffer.byteLength(name) + Buffer.byteLength(record.headers[name]!);
  }
  return size;
}

/** The most bytes a batch of records with this sum of bounds can take. */
export function batchSizeBound(recordBounds: number): number {
  return BATCH_OVERHEAD + recordBounds;
}

/**
 * Encodes one record batch (message format 2, https://kafka.apache.org/documentation/#recordbatch), uncompressed, without
 * producer id. In a single pass over one buffer: kafkajs takes a buffer a record and one a header.
 * @param timestamp ms, for all records; topics with LogAppendTime overwrite it
 */
export function encodeRecordBatch(records: readonly EncodableRecord[], timestamp: number): Buffer {
  let bound = BATCH_OVERHEAD;
  for (const record of records) bound += sizeBound(record);
  const bytes = Buffer.allocUnsafe(bound);
  let at = BATCH_OVERHEAD;
  for (let index = 0; index < records.length; index += 1) at = writeRecord(bytes, at, records[index]!, index);
  bytes.writeBigInt64BE(0n, 0); // base offset: the broker's to give
  bytes.writeInt32BE(at - 12, 8);
  bytes.writeInt32BE(-1, 12); // partition leader epoch
  bytes.writeInt8(2, 16); // magic
  bytes.writeInt16BE(0, 21); // attributes: no compression, create time, no transaction
  bytes.writeInt32BE(records.length - 1, 23);
  bytes.writeBigInt64BE(BigInt(timestamp), 27);
  bytes.writeBigInt64BE(BigInt(timestamp), 35);
  bytes.writeBigInt64BE(-1n, 43); // producer id
  bytes.writeInt16BE(-1, 51); // producer epoch
  bytes.writeInt32BE(-1, 53); // first sequence
  bytes.writeInt32BE(records.length, 57);
  bytes.writeUInt32BE(crc32c(bytes.subarray(HEAD_FROM_CRC, at)), 17);
  return bytes.subarray(0, at);
}

function writeRecord(bytes: Buffer, start: number, record: EncodableRecord, index: number): number {
  const { key, value, headers } = record;
  const size = recordSize(record, index);
  let at = writeVarint(bytes, start, size);
  bytes[at++] = 0; // attributes
  bytes[at++] = 0; // timestamp delta
  at = writeVarint(bytes, at, index);
  at = writeBytes(bytes, at, key);
  at = value === null ? writeVarint(bytes, at, -1) : writeBytes(bytes, at, value);
  at = writeVarint(bytes, at, Object.keys(headers).length);
  for (const name in headers) {
    at = writeText(bytes, at, name);
    at = writeText(bytes, at, headers[name]!);
  }
  return at;
}

function recordSize({ key, value, headers }: EncodableRecord, index: number): number {
  let size = 2 + varintSize(index) + varintSize(key.length) + key.length;
  size += value === null ? 1 : varintSize(value.length) + value.length;
  let count = 0;
  for (const name in headers) {
    const nameSize = Buffer.byteLength(name);
    const valueSize = Buffer.byteLength(headers[name]!);
    size += varintSize(nameSize) + nameSize + varintSize(valueSize) + valueSize;
    count += 1;
  }
  return size + varintSize(count);
}

function writeBytes(bytes: Buffer, at: number, source: Buffer): number {
  const start = writeVarint(bytes, at, source.length);
  bytes.set(source, start);
  return start + source.length;
}

function writeText(bytes: Buffer, at: number, text: string): number {
  const size = Buffer.byteLength(text);
  const start = writeVarint(bytes, at, size);
  bytes.write(text, start, size, 'utf8');
  return start + size;
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = start;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

function varintSize(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  while (rest > 0x7f) {
    rest >>>= 7;
    size += 1;
  }
  return size;
}
