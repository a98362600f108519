import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { pngChunk, pngProfile, rotatedProfile, writePng, writeTiff } from '../image-files.fixture-spec.js';
import { decode, expectNear } from './decoded-pixels.fixture-spec.js';
import { openImage } from './open-image.js';

describe('the colours of an image', () => {
  const colours = [
    [200, 50, 100],
    [10, 130, 250],
    [128, 128, 128],
  ] as const;
  const encodings = [8, 16].flatMap((depth) =>
    [false, true].map((alpha) => ({ depth: depth as 8 | 16, alpha })),
  );

  it.each(encodings)('follow its profile, at $depth bits, with alpha: $alpha', async ({ depth, alpha }) => {
    for (const [first, second, third] of colours) {
      const scale = depth === 16 ? 257 : 1;
      const pixel = [first, second, third, ...(alpha ? [255] : [])].map((value) => value * scale);
      const options = {
        width: 8,
        height: 8,
        depth,
        colour: alpha ? (6 as const) : (2 as const),
        pixel: () => pixel,
      };
      const profiled = writePng({ ...options, before: [pngProfile(rotatedProfile())] });
      expectNear((await decode(profiled)).at(3, 3), [third, first, second, 255]);
      expectNear((await decode(writePng(options))).at(3, 3), [first, second, third, 255]);
      const unsound = writePng({ ...options, before: [pngProfile(Buffer.from('no profile'))] });
      expectNear((await decode(unsound)).at(3, 3), [first, second, third, 255]);
    }
  });

  it.each(['tiff', 'avif', 'webp', 'jpeg'] as const)('follow its profile in a %s', async (format) => {
    const options =
      format === 'avif' ? { bitdepth: 10 as const, quality: 95 } : { quality: 100, compression: 'none' };
    const image = await sharp({
      create: { width: 64, height: 64, channels: 3, background: { r: 219, g: 24, b: 41 } },
    })
      .withIccProfile('p3')
      .toFormat(format, options)
      .toBuffer();
    expect((await sharp(image).metadata()).icc).toBeDefined();
    expectNear((await decode(image)).at(30, 30), [219, 24, 41, 255], 4);
  });

  it('follow its profile in a TIFF of 16 bits', async () => {
    const image = await sharp(
      writePng({
        width: 8,
        height: 8,
        depth: 16,
        pixel: () => [51_400, 12_850, 25_700],
        before: [pngProfile(rotatedProfile())],
      }),
      { ignoreIcc: true },
    )
      .pipelineColourspace('rgb16')
      .toColourspace('rgb16')
      .keepIccProfile()
      .tiff({ compression: 'none' })
      .toBuffer();
    expect(await sharp(image).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true });
    expectNear((await decode(image)).at(3, 3), [100, 200, 50, 255]);
  });
});

describe('transparency in a PNG', () => {
  const pair = fc.tuple(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 65_535 }));

  it.each([8, 16] as const)(
    'is kept exactly at %i bits a channel, as alpha or as a colour',
    async (depth) => {
      const most = depth === 8 ? 255 : 65_535;
      const shown = (value: number) => Math.round((value / most) * 255);
      await fc.assert(
        fc.asyncProperty(
          pair,
          fc.constantFrom(0, 2, 4, 6),
          fc.boolean(),
          async ([grey, alpha], colour, profiled) => {
            const value = grey & most;
            const other = value ^ 1;
            const before = profiled ? [pngProfile(rotatedProfile())] : [];
            const isKeyed = colour < 4;
            const channels = colour === 0 || colour === 4 ? 1 : 3;
            const key = Buffer.alloc(channels * 2);
            for (let at = 0; at < key.length; at += 2) key.writeUInt16BE(value, at);
            if (isKeyed) before.push(pngChunk('tRNS', key));
            const pixels = await decode(
              writePng({
                width: 2,
                height: 1,
                depth,
                colour: colour,
                pixel: (x) => [
                  ...Array<number>(channels).fill(x === 0 ? value : other),
                  ...(isKeyed ? [] : [x === 0 ? alpha & most : most]),
                ],
                before,
              }),
            );
            // Of a colour that stands for "transparent" the neighbour is one step away, and opaque.
            expectNear(
              [pixels.at(0, 0)[3]!, pixels.at(1, 0)[3]!],
              [isKeyed ? 0 : shown(alpha & most), 255],
              1,
            );
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});

describe('damage to other formats', () => {
  const refused = { code: 'image_unreadable', retryable: false };
  const pixel = (x: number, y: number) => [x * 7, y * 5, (x * y) & 255];
  const png = { width: 30, height: 40, pixel };

  it('is tolerated around the pixels of a PNG', async () => {
    const broken = pngChunk('tEXt', Buffer.from('a\0b'));
    broken[broken.length - 1]! ^= 1;
    for (const image of [writePng({ ...png, before: [broken] }), writePng(png).subarray(0, -12)])
      expect((await decode(image)).at(29, 39)).toEqual([...pixel(29, 39), 255]);
  });

  it('is refused when pixels of a PNG or TIFF are damaged or missing', async () => {
    const whole = writePng(png);
    const flipped = Buffer.from(whole);
    flipped[whole.indexOf('IDAT') + 30]! ^= 0x10;
    for (const image of [flipped, whole.subarray(0, -30)])
      await expect(decode(image)).rejects.toMatchObject(refused);
    for (const directory of ['before', 'behind'] as const) {
      const tiff = writeTiff(30, 40, pixel, { directory });
      expect((await decode(tiff)).at(29, 39)).toEqual([...pixel(29, 39), 255]);
      await expect(decode(tiff.subarray(0, -200))).rejects.toMatchObject(refused);
    }
  });
});

describe('a refused image', () => {
  it.each([
    [
      'HEIC',
      Buffer.from('000000186674797068656963000000006d69663168656963', 'hex'),
      /HEIC.*save the image as JPEG.*Most Compatible/,
    ],
    ['BMP', Buffer.from('BM'.padEnd(100, '\0')), /BMP.*save the image as PNG/],
    ['text', Buffer.from('words'), /do not begin as a JPEG, PNG, WebP, GIF, AVIF or TIFF/],
  ])('is told its format: %s', async (_, bytes, message) => {
    await expect(openImage(bytes)).rejects.toMatchObject({
      code: 'image_unreadable',
      message: expect.stringMatching(message),
    });
  });

  it('includes an AVIF of more than 25 megapixels, because its decoder takes much memory', async () => {
    const avif = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#123' } })
      .avif()
      .toBuffer();
    const size = avif.indexOf('ispe') + 8;
    avif.writeUInt32BE(6_000, size);
    avif.writeUInt32BE(6_000, size + 4);
    await expect(openImage(avif)).rejects.toMatchObject({
      code: 'image_too_large',
      message: 'The AVIF image has 6000x6000 pixels; at most 25 megapixels are taken.',
    });
  });
});
