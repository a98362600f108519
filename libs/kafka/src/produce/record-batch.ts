import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { crc32c } from '../client/kafkajs/internals.js';

/** A record to be written: text is encoded as UTF-8 only where it is written, so that none of it is copied twice. */
export interface EncodableRecord {
  key: Buffer | string;
  value: Buffer | string | null;
  headers: Record<string, string>;
  sizes: RecordSizes;
}

/** Bytes of a record's parts, counted once. */
export interface RecordSizes {
  readonly key: number;
  /** 0 for null. */
  readonly value: number;
  /** All that the headers take in the record, their number included. */
  readonly headers: number;
}

const batchOverheadBytes = 61;
const checkedFrom = 21;
/** Length, attributes, timestamp delta, offset delta, key length, value length: at most. */
const maxRecordOverheadBytes = 5 + 1 + 1 + 5 + 5 + 5;

/** Counts the bytes of a record's parts. */
export function measureRecord({ key, value, headers }: Omit<EncodableRecord, 'sizes'>): RecordSizes {
  let count = 0;
  let size = 0;
  for (const name in headers) {
    const nameSize = Buffer.byteLength(name);
    const valueSize = Buffer.byteLength(headers[name]!);
    size += varintSize(nameSize) + nameSize + varintSize(valueSize) + valueSize;
    count += 1;
  }
  return {
    key: Buffer.byteLength(key),
    value: value === null ? 0 : Buffer.byteLength(value),
    headers: varintSize(count) + size,
  };
}

/** The most bytes a record can take in a batch. */
export function sizeBound({ key, value, headers }: RecordSizes): number {
  return maxRecordOverheadBytes + key + value + headers;
}

/** The most bytes a batch of records with this sum of bounds can take. */
export function batchSizeBound(recordBounds: number): number {
  return batchOverheadBytes + recordBounds;
}

/** Below that a batch is not compressed: few records have little in common, and each costs more. */
const compressedFrom = 8 * 1024;
const gzipFaster = promisify(gzip);
/** Level 3 takes no longer than level 1 for JSON, and level 6 half as long again. */
const gzipOptions = { level: 3 };
const gzipAttribute = 1;

/**
 * Encodes one record batch (message format 2, https://kafka.apache.org/documentation/#recordbatch), uncompressed, without
 * producer id. In a single pass over one buffer: kafkajs takes a buffer a record and one a header.
 * @param timestamp ms, for all records; topics with LogAppendTime overwrite it
 */
export function encodeRecordBatch(records: readonly EncodableRecord[], timestamp: number): Buffer {
  return sign(writeBatch(records, timestamp));
}

/** As {@link encodeRecordBatch}. A batch of 8 KiB or more is compressed, in a thread of Node's pool, if that makes it smaller. */
export async function encodeCompressedBatch(
  records: readonly EncodableRecord[],
  timestamp: number,
): Promise<Buffer> {
  const plain = writeBatch(records, timestamp);
  if (plain.length < compressedFrom) return sign(plain);
  const stored = await gzipFaster(plain.subarray(batchOverheadBytes), gzipOptions);
  if (batchOverheadBytes + stored.length >= plain.length) return sign(plain);
  const batch = Buffer.concat([plain.subarray(0, batchOverheadBytes), stored]);
  writeLength(batch);
  batch.writeInt16BE(gzipAttribute, checkedFrom);
  return sign(batch);
}

/** All but its checksum, uncompressed. */
function writeBatch(records: readonly EncodableRecord[], timestamp: number): Buffer {
  let bound = batchOverheadBytes;
  for (const { sizes } of records) bound += sizeBound(sizes);
  const bytes = Buffer.allocUnsafe(bound);
  let at = batchOverheadBytes;
  for (let index = 0; index < records.length; index += 1) at = writeRecord(bytes, at, records[index]!, index);
  const batch = bytes.subarray(0, at);
  writeLength(batch);
  batch.writeBigInt64BE(0n, 0); // base offset: the broker's to give
  batch.writeInt32BE(-1, 12); // partition leader epoch
  batch.writeInt8(2, 16); // magic
  batch.writeInt16BE(0, checkedFrom); // attributes: no compression, create time, no transaction
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(timestamp), 27);
  batch.writeBigInt64BE(BigInt(timestamp), 35);
  batch.writeBigInt64BE(-1n, 43); // producer id
  batch.writeInt16BE(-1, 51); // producer epoch
  batch.writeInt32BE(-1, 53); // first sequence
  batch.writeInt32BE(records.length, 57);
  return batch;
}

/** The length counts what follows it. */
function writeLength(batch: Buffer): void {
  batch.writeInt32BE(batch.length - 12, 8);
}

function sign(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(checkedFrom)), 17);
  return batch;
}

function writeRecord(bytes: Buffer, start: number, record: EncodableRecord, index: number): number {
  const { key, value, headers, sizes } = record;
  let at = writeVarint(bytes, start, recordSize(record, index));
  bytes[at++] = 0; // attributes
  bytes[at++] = 0; // timestamp delta
  at = writeVarint(bytes, at, index);
  at = writeSized(bytes, at, key, sizes.key);
  at = value === null ? writeVarint(bytes, at, -1) : writeSized(bytes, at, value, sizes.value);
  let count = 0;
  for (const _ in headers) count += 1;
  at = writeVarint(bytes, at, count);
  for (const name in headers) {
    const text = headers[name]!;
    at = writeSized(bytes, at, name, Buffer.byteLength(name));
    at = writeSized(bytes, at, text, Buffer.byteLength(text));
  }
  return at;
}

function recordSize({ value, sizes }: EncodableRecord, index: number): number {
  const valueLength = value === null ? 1 : varintSize(sizes.value);
  return (
    2 + varintSize(index) + varintSize(sizes.key) + sizes.key + valueLength + sizes.value + sizes.headers
  );
}

function writeSized(bytes: Buffer, at: number, source: Buffer | string, size: number): number {
  const start = writeVarint(bytes, at, size);
  if (typeof source !== 'string') bytes.set(source, start);
  // Text of as many bytes as characters is ASCII, which takes no encoding.
  else if (size === source.length && size <= maxShortText) writeAscii(bytes, start, source);
  else bytes.write(source, start, size, size === source.length ? 'latin1' : 'utf8');
  return start + size;
}

/** Below that, writing byte by byte beats a call into native code. */
const maxShortText = 48;

function writeAscii(bytes: Buffer, start: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) bytes[start + index] = text.charCodeAt(index);
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
