const frameMagic = 0x184d2204;
const minMatch = 4;
/** Of a length's four bits: more bytes of it follow. */
const longLength = 15;

/**
 * Decompresses LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), with blocks that depend on each
 * other or not. Checksums are not compared: Kafka has one of its own over the batch.
 * @throws Error where the bytes are no such frames, or hold more than `maxBytes`
 */
export function decompressLz4(bytes: Buffer, maxBytes: number): Buffer {
  const output = new GrowingOutput(Math.min(maxBytes, bytes.length * 4), maxBytes);
  let at = 0;
  while (at < bytes.length) at = readFrame(bytes, at, output);
  return output.bytes;
}

function readFrame(bytes: Buffer, start: number, output: GrowingOutput): number {
  if (start + 7 > bytes.length || bytes.readUInt32LE(start) !== frameMagic)
    throw new Error('it is no LZ4 frame');
  const flags = bytes[start + 4]!;
  if (flags >> 6 !== 1) throw new Error('its LZ4 frame has another version than 1');
  const hasBlockChecksums = (flags & 0x10) !== 0;
  const hasContentChecksum = (flags & 0x04) !== 0;
  // Magic, flags, block size, content size, dictionary id, header checksum.
  let at = start + 6 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0) + 1;
  for (;;) {
    if (at + 4 > bytes.length) throw new Error('its LZ4 frame is cut');
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) return at + (hasContentChecksum ? 4 : 0);
    const end = at + (size & 0x7fffffff);
    if (end > bytes.length) throw new Error('its LZ4 frame is cut');
    if (size > 0x7fffffff) output.append(bytes, at, end);
    else readBlock(bytes, at, end, output);
    at = end + (hasBlockChecksums ? 4 : 0);
  }
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function readBlock(bytes: Buffer, start: number, end: number, output: GrowingOutput): void {
  let at = start;
  function readLength(nibble: number): number {
    let length = nibble;
    if (nibble !== longLength) return length;
    for (;;) {
      if (at >= end) throw new Error('its LZ4 block is cut');
      const more = bytes[at++]!;
      length += more;
      if (more !== 255) return length;
    }
  }
  while (at < end) {
    const token = bytes[at++]!;
    const literals = readLength(token >> 4);
    if (at + literals > end) throw new Error('its LZ4 block is cut');
    output.append(bytes, at, at + literals);
    at += literals;
    if (at === end) return; // the last sequence has no match
    if (at + 2 > end) throw new Error('its LZ4 block is cut');
    const distance = bytes.readUInt16LE(at);
    at += 2;
    output.repeat(distance, readLength(token & 0x0f) + minMatch);
  }
}

class GrowingOutput {
  private buffer: Buffer;
  private length = 0;

  constructor(
    firstBytes: number,
    private readonly maxBytes: number,
  ) {
    this.buffer = Buffer.allocUnsafe(firstBytes);
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  append(source: Buffer, start: number, end: number): void {
    this.makeRoom(end - start);
    source.copy(this.buffer, this.length, start, end);
    this.length += end - start;
  }

  /** Appends what lies `distance` back. It may overlap with what is appended, which then repeats. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.length) throw new Error('its LZ4 block refers to nothing');
    this.makeRoom(count);
    const buffer = this.buffer;
    let to = this.length;
    for (let from = to - distance, end = to + count; to < end;) buffer[to++] = buffer[from++]!;
    this.length = to;
  }

  private makeRoom(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    if (needed > this.maxBytes) throw new Error(`it holds more than ${this.maxBytes} bytes`);
    const larger = Buffer.allocUnsafe(Math.min(this.maxBytes, Math.max(needed, this.buffer.length * 2)));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
