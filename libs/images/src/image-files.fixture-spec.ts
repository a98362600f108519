import { deflateSync } from 'node:zlib';

// Image files written byte by byte, for tests: what no encoder at hand can be made to write.

/** Every value a channel of a PNG has: one number a channel, 0 to 255 or 65,535. */
type Pixel = readonly number[];

interface PngOptions {
  readonly width: number;
  readonly height: number;
  readonly depth?: 8 | 16;
  /** 0 grey, 2 RGB, 4 grey and alpha, 6 RGB and alpha. */
  readonly colour?: 0 | 2 | 4 | 6;
  readonly pixel: (x: number, y: number) => Pixel;
  /** Chunks before and behind the pixels. */
  readonly before?: readonly Buffer[];
  readonly after?: readonly Buffer[];
}

/** A PNG file. */
export function writePng(options: PngOptions): Buffer {
  const { width, height, depth = 8, colour = 2, pixel, before = [], after = [] } = options;
  const rows = Array.from({ length: height }, (_, y) => {
    const values = Array.from({ length: width }, (_, x) => pixel(x, y)).flat();
    return Buffer.concat([Buffer.from([0]), depth === 8 ? Buffer.from(values) : uint16s(values)]);
  });
  const header = Buffer.concat([uint32(width), uint32(height), Buffer.from([depth, colour, 0, 0, 0])]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    ...before,
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    ...after,
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A chunk of a PNG file. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), named, uint32(crc(named))]);
}

/** The chunk of a colour profile. */
export function pngProfile(profile: Buffer): Buffer {
  return pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]));
}

/** The chunk of XMP, compressed or not. */
export function pngXmp(xmp: string, isCompressed = false): Buffer {
  const head = Buffer.from(`XML:com.adobe.xmp\0${isCompressed ? '\x01' : '\0'}\0en\0titre\0`, 'latin1');
  return pngChunk('iTXt', Buffer.concat([head, isCompressed ? deflateSync(xmp) : Buffer.from(xmp)]));
}

/** An EXIF block (without the name that JPEG puts before it) that says nothing but the orientation. */
export function exif(orientation: number, order: 'II' | 'MM' = 'MM'): Buffer {
  const numbers = {
    MM: '4d4d002a00000008 0001 0112000300000001',
    II: '49492a0008000000 0100 1201030001000000',
  };
  const value = order === 'MM' ? [0, orientation, 0, 0] : [orientation, 0, 0, 0];
  return Buffer.concat([
    Buffer.from(numbers[order].replaceAll(' ', ''), 'hex'),
    Buffer.from([...value, 0, 0, 0, 0]),
  ]);
}

/** XMP that says nothing but the orientation, as an attribute or an element. */
export function xmp(orientation: number, form: 'attribute' | 'element' = 'attribute'): string {
  const inside =
    form === 'attribute'
      ? `<rdf:Description tiff:Orientation="${orientation}"/>`
      : `<rdf:Description><tiff:Orientation>${orientation}</tiff:Orientation></rdf:Description>`;
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:tiff="http://ns.adobe.com/tiff/1.0/">${inside}</rdf:RDF></x:xmpmeta>`;
}

/** A JPEG file with segments put in right behind its first marker. */
export function withSegments(jpeg: Buffer, ...segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** A segment of a JPEG file, by the second byte of its marker. */
export function jpegSegment(code: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xff, code]), uint16s([data.length + 2]), data]);
}

/** A WebP file with a chunk of metadata behind its pixels. `webp` has an extended header already. */
export function withWebpChunk(webp: Buffer, type: 'EXIF' | 'XMP ', data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  const padding = Buffer.alloc(data.length % 2);
  const file = Buffer.concat([webp, Buffer.from(type), size, data, padding]);
  file.writeUInt32LE(file.length - 8, 4);
  file[20]! |= type === 'EXIF' ? 0x08 : 0x04;
  return file;
}

/** A TIFF file of RGB in 8 bits, its directory before the pixels or behind them. */
export function writeTiff(
  width: number,
  height: number,
  pixel: (x: number, y: number) => Pixel,
  { directory = 'before', orientation = 1 }: { directory?: 'before' | 'behind'; orientation?: number } = {},
): Buffer {
  const pixels = Buffer.from(
    Array.from({ length: width * height }, (_, nth) => pixel(nth % width, Math.floor(nth / width))).flat(),
  );
  const tags = 10;
  const directoryBytes = 2 + tags * 12 + 4 + 6;
  const directoryAt = directory === 'before' ? 8 : 8 + pixels.length;
  const pixelsAt = directory === 'before' ? 8 + directoryBytes : 8;
  const entry = (tag: number, type: number, count: number, value: number) =>
    Buffer.concat([
      uint16s([tag, type]),
      uint32(count),
      type === 3 && count === 1 ? uint16s([value, 0]) : uint32(value),
    ]);
  const body = Buffer.concat([
    uint16s([tags]),
    entry(256, 4, 1, width),
    entry(257, 4, 1, height),
    entry(258, 3, 3, directoryAt + 2 + tags * 12 + 4),
    entry(259, 3, 1, 1),
    entry(262, 3, 1, 2),
    entry(273, 4, 1, pixelsAt),
    entry(274, 3, 1, orientation),
    entry(277, 3, 1, 3),
    entry(278, 4, 1, height),
    entry(279, 4, 1, pixels.length),
    uint32(0),
    uint16s([8, 8, 8]),
  ]);
  const head = Buffer.concat([Buffer.from('MM\0*', 'latin1'), uint32(directoryAt)]);
  return Buffer.concat(directory === 'before' ? [head, body, pixels] : [head, pixels, body]);
}

/** XYZ (D50) of sRGB's red, green and blue (IEC 61966-2-1, adapted). */
const primaries = [
  [0.4360747, 0.2225045, 0.0139322],
  [0.3850649, 0.7168786, 0.0971045],
  [0.1430804, 0.0606169, 0.7141733],
] as const;

/**
 * A colour profile (ICC.1:2010) like sRGB's, whose first channel is green, its second blue, its third red: what a reader
 * makes of it shows at a glance whether the profile was obeyed.
 */
export function rotatedProfile(): Buffer {
  const fixed = (value: number) => uint32(Math.round(value * 65_536) >>> 0);
  const xyz = ([x, y, z]: readonly number[]) =>
    Buffer.concat([Buffer.from('XYZ \0\0\0\0'), fixed(x!), fixed(y!), fixed(z!)]);
  const text = Buffer.from('mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\x02\0\0\0\x1c\0x\0\0', 'latin1');
  // sRGB's own curve: (a x + b)^g above d, c x below it.
  const curve = Buffer.concat([
    Buffer.from('para\0\0\0\0\0\x03\0\0', 'latin1'),
    ...[2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045].map(fixed),
  ]);
  const tags: [string, Buffer][] = [
    ['desc', text],
    ['cprt', text],
    ['wtpt', xyz([0.9642, 1, 0.8249])],
    ['rXYZ', xyz(primaries[1])],
    ['gXYZ', xyz(primaries[2])],
    ['bXYZ', xyz(primaries[0])],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  let at = 128 + 4 + tags.length * 12;
  const table = tags.map(([name, data]) => {
    const line = Buffer.concat([Buffer.from(name), uint32(at), uint32(data.length)]);
    at += data.length;
    return line;
  });
  const head = Buffer.alloc(128);
  head.writeUInt32BE(at, 0);
  head.writeUInt32BE(0x04200000, 8);
  head.write('mntrRGB XYZ ', 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  Buffer.concat([fixed(0.9642), fixed(1), fixed(0.8249)]).copy(head, 68);
  return Buffer.concat([head, uint32(tags.length), ...table, ...tags.map(([, data]) => data)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint16s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, nth) => bytes.writeUInt16BE(value, nth * 2));
  return bytes;
}

/** CRC-32 as PNG has it (PNG 3rd edition, annex D). */
function crc(bytes: Buffer): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return ~remainder >>> 0;
}
