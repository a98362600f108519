import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { pngChunk } from '../image-files.fixture-spec.js';
import type { RefusedImageError } from '../decoding/refused-image-error.js';
import type { Fit, RenderedImage } from './render-order.js';
import { renderThumbnail } from './render-thumbnail.js';

const photograph = { width: 600, height: 400 };
const usual = { width: 300, height: 300, fit: 'cover' as Fit };

/** Left half red, right half blue, a green stripe along the top. */
function scene({ width, height } = photograph, alpha = false): Sharp {
  const block = (left: number, top: number, w: number, h: number, background: string) => ({
    input: { create: { width: w, height: h, channels: 3 as const, background } },
    left,
    top,
  });
  const ground = alpha ? { r: 0, g: 0, b: 0, alpha: 0 } : '#ff0000';
  return sharp({ create: { width, height, channels: alpha ? 4 : 3, background: ground } }).composite([
    block(width / 2, 0, width / 2, height, '#0000ff'),
    block(0, 0, width, height / 4, '#00ff00'),
  ]);
}

function rendered(image: Uint8Array, size: Partial<typeof usual> = {}): Promise<RenderedImage> {
  return renderThumbnail({ kind: 'thumbnail', image, ...usual, ...size });
}

/** The colour at a point given in hundredths of width and height. */
async function colourAt(image: Uint8Array, x: number, y: number): Promise<string> {
  const { data, info } = await sharp(image).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const column = Math.floor((x / 100) * info.width);
  const row = Math.floor((y / 100) * info.height);
  const at = (row * info.width + column) * info.channels;
  const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
  if (alpha < 128) return 'clear';
  if (red > 240 && green > 240 && blue > 240) return 'white';
  return red > green && red > blue ? 'red' : green > blue ? 'green' : 'blue';
}

describe('a rendered image', () => {
  let jpeg: Buffer;
  beforeAll(async () => {
    jpeg = await scene().jpeg().toBuffer();
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
    'is a JPEG of the size asked for, from an opaque %s',
    async (format) => {
      const result = await rendered(await scene().toFormat(format).toBuffer());
      expect(result).toMatchObject({ width: 300, height: 300, contentType: 'image/jpeg' });
      expect(await sharp(result.image).metadata()).toMatchObject({ format: 'jpeg', width: 300, height: 300 });
      expect(await colourAt(result.image, 25, 75)).toBe('red');
      expect(await colourAt(result.image, 75, 75)).toBe('blue');
      expect(await colourAt(result.image, 50, 5)).toBe('green');
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is upright, however the camera was held (EXIF orientation %i)',
    async (orientation) => {
      // Stores the scene the way a camera does: turned so that the orientation tag turns it back.
      const turned = sharp(await scene().png().toBuffer());
      if ([2, 5, 7, 4].includes(orientation)) turned.flop();
      const stored = await sharp(await turned.png().toBuffer())
        .rotate({ 3: 180, 4: 180, 5: 270, 6: 270, 7: 90, 8: 90 }[orientation] ?? 0)
        .jpeg()
        .withMetadata({ orientation })
        .toBuffer();
      const { image, width, height } = await rendered(stored, { fit: 'inside' });
      expect({ width, height }).toEqual({ width: 300, height: 200 });
      expect(await colourAt(image, 50, 10)).toBe('green');
      expect(await colourAt(image, 25, 75)).toBe('red');
      expect(await colourAt(image, 75, 75)).toBe('blue');
    },
  );

  it('carries no metadata', async () => {
    const stored = await scene()
      .jpeg()
      .withIccProfile('p3')
      .withExif({ IFD0: { Copyright: 'a secret place' }, IFD3: { GPSLatitude: '48/1 51/1 29/1' } })
      .withXmp('<?xpacket begin="" id="x"?><x>a secret place</x><?xpacket end="w"?>')
      .toBuffer();
    expect(await sharp(stored).metadata()).toMatchObject({
      exif: expect.any(Buffer),
      xmp: expect.any(Buffer),
    });
    const { image } = await rendered(stored);
    const metadata = await sharp(image).metadata();
    expect(metadata).not.toHaveProperty('exif');
    expect(metadata).not.toHaveProperty('xmp');
    expect(metadata).not.toHaveProperty('icc');
    expect(metadata).not.toHaveProperty('orientation');
    expect(Buffer.from(image).includes('a secret place')).toBe(false);
  });

  it.each(['png', 'webp', 'gif', 'avif', 'tiff'] as const)(
    'keeps the transparency of a %s, as WebP',
    async (format) => {
      const options = format === 'tiff' ? { compression: 'lzw' } : {};
      const result = await rendered(await scene(photograph, true).toFormat(format, options).toBuffer());
      expect(result.contentType).toBe('image/webp');
      expect(await sharp(result.image).metadata()).toMatchObject({ format: 'webp', hasAlpha: true });
      expect(await colourAt(result.image, 25, 75)).toBe('clear');
      expect(await colourAt(result.image, 75, 75)).toBe('blue');
    },
  );

  it.each([
    ['cover', 300, 300],
    ['contain', 300, 300],
    ['fill', 300, 300],
    ['inside', 300, 200],
    ['outside', 450, 300],
  ] as const)('fits by %s: %i x %i', async (fit, width, height) => {
    expect(await rendered(jpeg, { fit })).toMatchObject({ width, height });
  });

  it('is padded with white, or with transparency if the image has alpha', async () => {
    expect(await colourAt((await rendered(jpeg, { fit: 'contain' })).image, 50, 2)).toBe('white');
    const clear = await scene(photograph, true).png().toBuffer();
    expect(await colourAt((await rendered(clear, { fit: 'contain' })).image, 50, 2)).toBe('clear');
  });

  it('is enlarged when the image is smaller than asked for', async () => {
    const dot = await scene({ width: 4, height: 4 }).png().toBuffer();
    expect(await rendered(dot, { width: 1024, height: 1024 })).toMatchObject({ width: 1024, height: 1024 });
  });

  it('has the same bytes each time', async () => {
    const [one, two] = await Promise.all([rendered(jpeg), rendered(jpeg)]);
    expect(Buffer.compare(one.image, two.image)).toBe(0);
  });

  it.each([
    ['in CMYK', () => scene().toColourspace('cmyk').jpeg()],
    ['in grey', () => scene().greyscale().jpeg()],
    ['with 16 bits a channel', () => scene().toColourspace('rgb16').png()],
    ['with a palette', () => scene().png({ palette: true })],
    ['progressive', () => scene().jpeg({ progressive: true })],
  ])('is also made from images %s', async (_, make) => {
    const { image } = await rendered(await make().toBuffer());
    expect(await sharp(image).metadata()).toMatchObject({ format: 'jpeg', width: 300, depth: 'uchar' });
  });

  it('is the first frame of an animation', async () => {
    const frames = await Promise.all(
      ['#ff0000', '#0000ff'].map((background) =>
        sharp({ create: { width: 40, height: 40, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const animation = await sharp(frames, { join: { animated: true } })
      .webp({ loop: 0 })
      .toBuffer();
    expect((await sharp(animation).metadata()).pages).toBe(2);
    expect(await colourAt((await rendered(animation)).image, 50, 50)).toBe('red');
  });
});

describe('an image far longer than wide', () => {
  const strip = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();

  it.each([
    [1, 28, 300, 300],
    [200, 1, 400, 400],
    [1, 100_000, 300, 300],
    [100_000, 2, 300, 200],
    [3, 50_000, 256, 16],
  ])('of %i x %i fills %i x %i with its middle', async (width, height, wide, high) => {
    const result = await rendered(await strip(width, height), { width: wide, height: high });
    expect(result).toMatchObject({ width: wide, height: high });
    const [red, green, blue] = await sharp(result.image)
      .extract({ left: 0, top: 0, width: 1, height: 1 })
      .raw()
      .toBuffer();
    expect(
      [red, green, blue].map((value, nth) => Math.abs(value! - [0x12, 0x34, 0x56][nth]!) <= 2),
    ).not.toContain(false);
  });

  it('shows its middle upright when it must be turned first', async () => {
    const stripes = await sharp(
      Buffer.from(
        Array.from({ length: 60_000 }, (_, nth) =>
          nth >= 29_990 && nth < 30_010 ? [0, 0, 255] : [255, 0, 0],
        ).flat(),
      ),
      { raw: { width: 60_000, height: 1, channels: 3 } },
    )
      .png()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const result = await rendered(stripes, { width: 10, height: 10 });
    expect(await colourAt(result.image, 50, 50)).toBe('blue');
  });

  it.each(['contain', 'fill', 'inside'] as const)('is also fitted by %s', async (fit) => {
    await rendered(await strip(100_000, 2), { fit });
  });

  it('is refused for "outside" with the resulting size and what to ask for', async () => {
    const outside = { width: 10, height: 10, fit: 'outside' as const };
    await expect(rendered(await strip(1, 2_000), outside)).rejects.toMatchObject({
      code: 'image_too_large',
      retryable: false,
      message:
        'An image of 1x2000 pixels becomes 10x20000 when it is to cover 10x10 by "outside", and the longest side of a thumbnail is 16383. Ask for a smaller size, or for "cover", which cuts off what stands over, or "inside".',
    });
    expect(await rendered(await strip(1, 54), { fit: 'outside' })).toMatchObject({
      width: 300,
      height: 16_200,
    });
  });
});

describe('a renderer of thumbnails refuses', () => {
  const refusal = (image: Uint8Array, size: Partial<typeof usual> = {}) =>
    rendered(image, size).then(
      () => ({ code: 'none' }),
      ({ code, message }: RefusedImageError) => ({ code, message }),
    );

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
    'a %s cut short anywhere',
    async (format) => {
      const whole = await scene().toFormat(format).toBuffer();
      for (const kept of [0.02, 0.5, 0.98]) {
        const cut = whole.subarray(0, Math.floor(whole.length * kept));
        expect(await refusal(cut)).toMatchObject({ code: 'image_unreadable' });
      }
    },
  );

  it('a progressive JPEG cut short', async () => {
    const whole = await scene().jpeg({ progressive: true }).toBuffer();
    expect(await refusal(whole.subarray(0, whole.length - 500))).toMatchObject({ code: 'image_unreadable' });
  });

  it('a bomb: a small file of 256 megapixels', async () => {
    const header = Buffer.from('00003e8000003e800100000000', 'hex');
    const bomb = Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      pngChunk('IHDR', header),
      pngChunk('IDAT', deflateSync(Buffer.alloc(16_000 * 2_001))),
      pngChunk('IEND', Buffer.alloc(0)),
    ]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(await refusal(bomb)).toEqual({
      code: 'image_too_large',
      message: 'The image has 16000x16000 pixels; at most 50 megapixels are taken.',
    });
  });

  it('a JPEG whose header claims 4 gigapixels', async () => {
    const jpeg = await scene().jpeg().toBuffer();
    const startOfFrame = jpeg.indexOf(Buffer.from('ffc0', 'hex'));
    jpeg.writeUInt16BE(65_000, startOfFrame + 5);
    jpeg.writeUInt16BE(65_000, startOfFrame + 7);
    expect(await refusal(jpeg)).toMatchObject({ code: 'image_too_large' });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not an image, whatever its name says')],
    [
      'an SVG',
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
      ),
    ],
    ['a PDF', Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF')],
    ['a JPEG header and no more', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')],
    ['zeros', Buffer.alloc(10_000)],
  ])('%s', async (_, bytes) => {
    expect(await refusal(bytes)).toMatchObject({ code: 'image_unreadable' });
  });
});
