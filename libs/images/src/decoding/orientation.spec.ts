import { describe, expect, it } from '@jest/globals';
import sharp, { type FormatEnum } from 'sharp';
import {
  exif,
  jpegSegment,
  pngChunk,
  pngXmp,
  withSegments,
  withWebpChunk,
  writePng,
  writeTiff,
  xmp,
} from '../image-files.fixture-spec.js';
import { decode, expectNear } from './decoded-pixels.fixture-spec.js';

describe('the orientation of an image', () => {
  /** Dark at the left, light at the right; green grows from the top down. No two corners are alike. */
  const upright = (x: number, y: number) => [x * 80, y * 120, 128];
  const [width, height] = [4, 3];

  /** Where a stored pixel stands in the upright image, by the orientation (JEITA CP-3451, 4.6.4). */
  const placed: Record<number, (x: number, y: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [width - 1 - x, y],
    3: (x, y) => [width - 1 - x, height - 1 - y],
    4: (x, y) => [x, height - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [width - 1 - y, x],
    7: (x, y) => [width - 1 - y, height - 1 - x],
    8: (x, y) => [y, height - 1 - x],
  };
  const stored = (orientation: number) => ({
    width: orientation < 5 ? width : height,
    height: orientation < 5 ? height : width,
    pixel: (x: number, y: number) => upright(...placed[orientation]!(x, y)),
  });
  const encode = (orientation: number, format: keyof FormatEnum, options: object) => {
    const { width, height, pixel } = stored(orientation);
    // Each pixel is a block of 16, so that lossy formats keep the colours apart.
    return sharp(writePng({ width, height, pixel }))
      .resize(width * 16, height * 16, { kernel: 'nearest' })
      .toFormat(format, options)
      .toBuffer();
  };
  const lossless = (orientation: number) => encode(orientation, 'webp', { lossless: true });
  /** A WebP file gets its extended header from any metadata. */
  const webpWith = async (orientation: number, type: 'EXIF' | 'XMP ', data: Buffer) =>
    withWebpChunk(
      await sharp(await lossless(orientation))
        .withIccProfile('srgb')
        .webp({ lossless: true })
        .toBuffer(),
      type,
      data,
    );
  const exifSegment = (block: Buffer) => jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), block]));
  const xmpSegment = (text: string) =>
    jpegSegment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${text}`));
  const jpeg = (orientation: number) =>
    encode(orientation, 'jpeg', { quality: 95, chromaSubsampling: '4:4:4' });

  /** The encoder says it twice: in EXIF, and in a property that the decoder obeys. */
  const avif = async (orientation: number) =>
    sharp(await lossless(orientation))
      .withMetadata({ orientation })
      .avif({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();

  const encodings: [string, (orientation: number) => Buffer | Promise<Buffer>][] = [
    ['PNG, EXIF before the pixels', (o) => writePng({ ...stored(o), before: [pngChunk('eXIf', exif(o))] })],
    ['PNG, EXIF behind the pixels', (o) => writePng({ ...stored(o), after: [pngChunk('eXIf', exif(o))] })],
    [
      'PNG, EXIF of the other byte order',
      (o) => writePng({ ...stored(o), after: [pngChunk('eXIf', exif(o, 'II'))] }),
    ],
    ['PNG, XMP before the pixels', (o) => writePng({ ...stored(o), before: [pngXmp(xmp(o))] })],
    ['PNG, XMP behind the pixels', (o) => writePng({ ...stored(o), after: [pngXmp(xmp(o, 'element'))] })],
    ['PNG, XMP compressed', (o) => writePng({ ...stored(o), after: [pngXmp(xmp(o), true)] })],
    [
      'PNG, EXIF against XMP',
      (o) =>
        writePng({ ...stored(o), before: [pngXmp(xmp((o % 8) + 1))], after: [pngChunk('eXIf', exif(o))] }),
    ],
    ['JPEG, EXIF', async (o) => withSegments(await jpeg(o), exifSegment(exif(o)))],
    [
      'JPEG, EXIF of the other byte order',
      async (o) => withSegments(await jpeg(o), exifSegment(exif(o, 'II'))),
    ],
    ['JPEG, XMP', async (o) => withSegments(await jpeg(o), xmpSegment(xmp(o)))],
    [
      'JPEG, EXIF against XMP',
      async (o) => withSegments(await jpeg(o), xmpSegment(xmp((o % 8) + 1)), exifSegment(exif(o))),
    ],
    ['WebP, EXIF', (o) => webpWith(o, 'EXIF', exif(o))],
    ['WebP, XMP', (o) => webpWith(o, 'XMP ', Buffer.from(xmp(o)))],
    ['AVIF, turned by its decoder', avif],
    [
      'TIFF',
      (o) => {
        const { width, height, pixel } = stored(o);
        return writeTiff(width, height, pixel, { orientation: o });
      },
    ],
  ];

  it.each(encodings)('is applied: %s', async (_, make) => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const pixels = await decode(await make(orientation));
      const unit = pixels.width / width;
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          expectNear(
            pixels.at(Math.floor((x + 0.5) * unit), Math.floor((y + 0.5) * unit)),
            [...upright(x, y), 255],
            8,
          );
    }
  });

  it.each([
    ['no number', 'x'],
    ['beyond 8', '9'],
    ['nothing', ''],
  ])('has no effect when it is %s', async (_, value) => {
    const text = xmp(1).replace('"1"', `"${value}"`);
    expect((await decode(writePng({ ...stored(1), after: [pngXmp(text)] }))).at(3, 2)).toEqual([
      ...upright(3, 2),
      255,
    ]);
  });

  it('is not read from EXIF that points outside of itself', async () => {
    const block = exif(6);
    for (const [at, value] of [
      [4, 0xff],
      [8, 0xff],
      [9, 0xff],
    ] as const) {
      const broken = Buffer.from(block);
      broken[at] = value;
      await decode(writePng({ ...stored(1), after: [pngChunk('eXIf', broken)] }));
    }
    for (let length = 0; length < block.length; length++)
      await decode(writePng({ ...stored(1), after: [pngChunk('eXIf', block.subarray(0, length))] }));
  });
});
