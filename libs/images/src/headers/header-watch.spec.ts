import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { jpegSegment, withSegments, writePng, writeTiff } from '../image-files.fixture-spec.js';
import { HeaderWatch } from './header-watch.js';

/** What the header says, of bytes that come in chunks. */
function watch(image: Buffer, chunkBytes: number): HeaderWatch {
  const watch = new HeaderWatch();
  for (let at = 0; at < image.length; at += chunkBytes) watch.take(image.subarray(at, at + chunkBytes));
  watch.end();
  return watch;
}

const pixel = () => [1, 2, 3];
const encoders: Record<string, (size: { width: number; height: number }) => Promise<Buffer> | Buffer> = {
  jpeg: (size) => drawn(size).jpeg().toBuffer(),
  'jpeg, progressive': (size) => drawn(size).jpeg({ progressive: true }).toBuffer(),
  'jpeg, behind a megabyte of segments and stray bytes': async (size) =>
    withSegments(
      await drawn(size).jpeg().toBuffer(),
      Buffer.alloc(3_000, 7),
      ...Array<Buffer>(20).fill(jpegSegment(0xe2, Buffer.alloc(60_000, 0xff))),
      Buffer.from([0xff, 0xff, 0xff]),
    ),
  png: (size) => drawn(size).png().toBuffer(),
  'webp, lossy': (size) => drawn(size).webp().toBuffer(),
  'webp, lossless': (size) => drawn(size).webp({ lossless: true }).toBuffer(),
  'webp, extended': (size) => drawn(size).withIccProfile('p3').webp().toBuffer(),
  gif: (size) => drawn(size).gif().toBuffer(),
  avif: (size) => drawn(size).avif({ effort: 0 }).toBuffer(),
  'tiff, directory behind': (size) => drawn(size).tiff({ compression: 'lzw' }).toBuffer(),
  'tiff, directory first': ({ width, height }) => writeTiff(width, height, pixel),
  'tiff, big': (size) => drawn(size).tiff({ compression: 'lzw', bigtiff: true }).toBuffer(),
};

function drawn({ width, height }: { width: number; height: number }) {
  return sharp({ create: { width, height, channels: 3, background: '#808' } });
}

describe('the header of a streamed image', () => {
  it.each(Object.keys(encoders))('is read from chunks of any size: %s', async (name) => {
    const side = fc.integer({ min: 1, max: 300 });
    const chunk = fc.constantFrom(1, 7, 100, 4_096, 1 << 30);
    await fc.assert(
      fc.asyncProperty(side, side, chunk, async (width, height, chunkBytes) => {
        const image = await encoders[name]!({ width, height });
        expect(watch(image, Math.max(chunkBytes, image.length > 100_000 ? 1_000 : 1)).header).toEqual({
          format: name.split(',')[0],
          width,
          height,
        });
      }),
      { numRuns: 8 },
    );
  });

  it('is read from the file of a camera', () => {
    const photograph = readFileSync(new URL('../../../../tools/stack/assets/photo.jpg', import.meta.url));
    expect(watch(photograph, 1_000).header).toEqual({ format: 'jpeg', width: 1_200, height: 1_600 });
  });

  it('is undefined, without an error, whatever is damaged', async () => {
    const images = await Promise.all(
      Object.values(encoders).map(async (encode) => encode({ width: 20, height: 10 })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...images),
        fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        fc.nat(500),
        (image, changes, cut) => {
          const damaged = Buffer.from(image.subarray(0, image.length - cut));
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          const { header } = watch(damaged, 64);
          if (header !== undefined) expect(header.width * header.height).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello')],
    ['a PNG of no size', writePng({ width: 1, height: 1, pixel }).fill(0, 16, 20)],
    ['the first bytes of a JPEG', Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(50_000)])],
    ['a JPEG that ends at once', Buffer.from('ffd8ffd9', 'hex')],
    ['the first bytes of a TIFF', Buffer.from('49492a00ffffffff', 'hex')],
    ['a big TIFF that leads beyond every file', Buffer.from('4d4d002b00080000ffffffffffffffff', 'hex')],
  ])('is undefined for %s', (_, bytes) => {
    expect(watch(bytes, 64).header).toBeUndefined();
  });

  it('takes little memory, even behind all pixels or when it is missing', () => {
    const segment = jpegSegment(0xe1, Buffer.alloc(0xfffd));
    const tiff = Buffer.from('49492a00ffffff7f', 'hex');
    for (const [first, next, most] of [
      [Buffer.from('ffd8', 'hex'), segment, 70_000],
      [tiff, Buffer.alloc(65_536), 70_000],
    ] as const) {
      const watch = new HeaderWatch();
      watch.take(first);
      for (let nth = 0; nth < 500; nth++) {
        watch.take(next);
        expect(watch.heldBytes).toBeLessThan(most);
      }
      expect(watch.isDone).toBe(false);
    }
  });

  it('is undefined after 32 MiB of segments', () => {
    const watch = new HeaderWatch();
    watch.take(Buffer.from('ffd8', 'hex'));
    const segment = jpegSegment(0xe1, Buffer.alloc(0xfffd));
    for (let nth = 0; nth < 520; nth++) watch.take(segment);
    expect(watch.isDone).toBe(true);
    expect(watch.header).toBeUndefined();
  });
});
