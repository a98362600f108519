import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { snappyUncompressor } from 'hysnappy';
import { ZSTDDecoder } from 'zstddec/stream';
import { decompressLz4 } from './lz4-frame.js';

/** Decompresses the records of a batch. @throws Error where they are broken, or take more than `maxBytes` */
type Decompress = (bytes: Buffer, maxBytes: number) => Buffer | Promise<Buffer>;

const gunzipWithin = promisify(gunzip);
const uncompressSnappy = snappyUncompressor();
const zstd = new ZSTDDecoder();

/** By the number in a batch's attributes. None of them needs a build or a platform. */
const decompressors: Readonly<Record<number, Decompress>> = {
  1: (bytes, maxBytes) => gunzipWithin(bytes, { maxOutputLength: maxBytes }),
  2: decompressSnappy,
  3: decompressLz4,
  4: decompressZstd,
};

/**
 * Decompresses the records of a batch with the codec that its attributes name.
 * @throws Error that says why it can't be done, within a sentence about the batch
 */
export async function decompress(codec: number, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const known = decompressors[codec];
  if (!known) throw new Error(`it is compressed with codec ${codec}, which this version does not know`);
  return known(bytes, maxBytes);
}

const xerialMagic = Buffer.from('\x82SNAPPY\0', 'latin1');
/** The magic and two version numbers. */
const xerialHeadBytes = 16;

/** Kafka's Java clients write snappy-java's framing: blocks after their lengths. Others write one block alone. */
function decompressSnappy(bytes: Buffer, maxBytes: number): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) {
    return decompressBlock(bytes, maxBytes);
  }
  const blocks: Buffer[] = [];
  let room = maxBytes;
  for (let at = xerialHeadBytes; at < bytes.length;) {
    if (at + 4 > bytes.length) throw new Error('its snappy frame is cut');
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new Error('its snappy frame is cut');
    const block = decompressBlock(bytes.subarray(at + 4, end), room);
    blocks.push(block);
    room -= block.length;
    at = end;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(bytes: Buffer, maxBytes: number): Buffer {
  const length = readSnappyLength(bytes);
  if (length > maxBytes) throw new Error(`it holds more than ${maxBytes} bytes`);
  const block = uncompressSnappy(bytes, length);
  return Buffer.from(block.buffer, block.byteOffset, block.byteLength);
}

/** A block begins with how many bytes it holds: https://github.com/google/snappy/blob/main/format_description.txt */
function readSnappyLength(bytes: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5 && at < bytes.length; at += 1) {
    length += (bytes[at]! & 0x7f) * 2 ** (7 * at);
    if (bytes[at]! < 0x80) return length;
  }
  throw new Error('its snappy block is cut');
}

async function decompressZstd(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  await zstd.init();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const part of zstd.decodeStreaming([bytes])) {
    // The decoder makes no progress where the bytes are broken, and says nothing.
    if (part.length === 0 && parts.at(-1)?.length === 0) throw new Error('its zstd frame is broken');
    length += part.length;
    if (length > maxBytes) throw new Error(`it holds more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}
