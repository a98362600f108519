import { formatOf, signatureBytes, type ImageFormat } from './image-format.js';
import { findMarker, hasSegment, isFrameHeader, jpegMarkers } from './jpeg-markers.js';
import {
  countBytes,
  entryBytes,
  maxEntries,
  readEntryCount,
  readTag,
  readTiffLayout,
} from './tiff-directory.js';

/** A size in pixels, as the file stores it: not yet turned upright. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** The facts in the header of an image. */
export interface ImageHeader extends ImageSize {
  readonly format: ImageFormat;
}

/** The bytes of a file that are needed next. `from` never goes back. */
export interface ByteRange {
  readonly from: number;
  readonly length: number;
}

/** Yields one range of bytes after another and gets those that the file has. Returns undefined when the file is not valid. */
export type ByteReader<T> = Generator<ByteRange, T | undefined, Buffer>;

/** Finds the header of an image, wherever in the file it stands, in bounded memory. */
export function* readHeader(): ByteReader<ImageHeader> {
  const head = yield { from: 0, length: signatureBytes };
  const format = formatOf(head);
  if (format === undefined) return undefined;
  const size = yield* readSize(format, head);
  return size !== undefined && size.width > 0 && size.height > 0 ? { format, ...size } : undefined;
}

function* readSize(format: ImageFormat, head: Buffer): ByteReader<ImageSize> {
  switch (format) {
    case 'jpeg':
      return yield* jpegSize();
    case 'png':
      return pngSize(head);
    case 'webp':
      return webpSize(head);
    case 'gif':
      return gifSize(head);
    case 'avif':
      return yield* avifSize();
    case 'tiff':
      return yield* tiffSize(head);
  }
}

/** Bytes that are searched for a marker at once. */
const jpegStep = 512;
/** Segments, of up to 64 KiB, before the frame header. Profiles and previews take a few dozen. */
const maxSegments = 512;

function* jpegSize(): ByteReader<ImageSize> {
  let from = 2;
  for (let nth = 0; nth < maxSegments; nth++) {
    const bytes = yield { from, length: jpegStep };
    const marker = findMarker(bytes, 0);
    if (marker === undefined) {
      if (bytes.length < jpegStep) return undefined;
      from += jpegStep - 1;
      continue;
    }
    const { code, next } = marker;
    if (code === jpegMarkers.startOfScan || code === jpegMarkers.endOfImage) return undefined;
    if (next + 7 > bytes.length && bytes.length === jpegStep) {
      from += next - 2;
    } else if (isFrameHeader(code)) {
      if (next + 7 > bytes.length) return undefined;
      return { height: bytes.readUInt16BE(next + 3), width: bytes.readUInt16BE(next + 5) };
    } else {
      if (next + 2 > bytes.length) return undefined;
      from += next + (hasSegment(code) ? Math.max(2, bytes.readUInt16BE(next)) : 0);
    }
  }
  return undefined;
}

function pngSize(head: Buffer): ImageSize | undefined {
  if (head.length < 24 || head.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

function gifSize(head: Buffer): ImageSize | undefined {
  if (head.length < 10) return undefined;
  return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
}

/** By the first chunk: lossy, lossless, or the extended header (RFC 9649). */
function webpSize(head: Buffer): ImageSize | undefined {
  if (head.length < 30) return undefined;
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** Boxes before the properties of an AVIF image, and the size of the box that holds them. */
const maxBoxes = 64;
const maxMetaBytes = 256 * 1024;

/** The properties have the size of each item (ISO/IEC 23008-12, 6.5.3): the image itself, its tiles and its preview. */
function* avifSize(): ByteReader<ImageSize> {
  let from = 0;
  for (let nth = 0; nth < maxBoxes; nth++) {
    const head = yield { from, length: 16 };
    const box = readBox(head, 0);
    if (box === undefined) return undefined;
    if (box.type === 'meta') {
      if (box.length > maxMetaBytes) return undefined;
      const meta = yield { from, length: box.length };
      // A full box: version and flags stand before what it holds.
      return meta.length < box.length ? undefined : largestItem(meta.subarray(box.headBytes + 4));
    }
    from += box.length;
  }
  return undefined;
}

function largestItem(boxes: Buffer): ImageSize | undefined {
  const sizes = [...boxesIn(boxes)]
    .filter(({ type }) => type === 'iprp')
    .flatMap(({ body }) => [...boxesIn(body)])
    .filter(({ type }) => type === 'ipco')
    .flatMap(({ body }) => [...boxesIn(body)])
    .filter(({ type, body }) => type === 'ispe' && body.length >= 12)
    .map(({ body }) => ({ width: body.readUInt32BE(4), height: body.readUInt32BE(8) }));
  return sizes.reduce<ImageSize | undefined>(
    (largest, size) =>
      largest === undefined || size.width * size.height > largest.width * largest.height ? size : largest,
    undefined,
  );
}

function* boxesIn(bytes: Buffer): Generator<{ readonly type: string; readonly body: Buffer }> {
  for (let at = 0; ;) {
    const box = readBox(bytes, at);
    if (box === undefined) return;
    yield { type: box.type, body: bytes.subarray(at + box.headBytes, at + box.length) };
    at += box.length;
  }
}

/** The head of a box (ISO/IEC 14496-12, 4.2); undefined for a box that runs to the end of the file: it holds no properties. */
function readBox(bytes: Buffer, at: number): { type: string; headBytes: number; length: number } | undefined {
  if (at + 8 > bytes.length) return undefined;
  const short = bytes.readUInt32BE(at);
  const isLong = short === 1;
  if (isLong && at + 16 > bytes.length) return undefined;
  const length = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : short;
  const headBytes = isLong ? 16 : 8;
  return length < headBytes
    ? undefined
    : { type: bytes.toString('latin1', at + 4, at + 8), headBytes, length };
}

const widthTag = 256;
const heightTag = 257;

/** By its first directory, which most writers put behind the pixels. */
function* tiffSize(head: Buffer): ByteReader<ImageSize> {
  const layout = readTiffLayout(head);
  if (layout === undefined) return undefined;
  const start = yield { from: layout.directoryAt, length: countBytes(layout) };
  if (start.length < countBytes(layout)) return undefined;
  const count = Math.min(readEntryCount(start, layout), maxEntries);
  const from = layout.directoryAt + countBytes(layout);
  const entries = yield { from, length: count * entryBytes(layout) };
  const width = readTag(entries, widthTag, layout);
  const height = readTag(entries, heightTag, layout);
  return width === undefined || height === undefined ? undefined : { width, height };
}
