import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { exif, pngChunk, writePng } from '../image-files.fixture-spec.js';
import { renderPage } from './render-page.js';

const nothing = { r: 0, g: 0, b: 0, alpha: 0 };

function render(image: Uint8Array) {
  return renderPage({ kind: 'page', image });
}

/** A small block of a colour on nothing: as if it were ink. */
function ink(background: string, left = 4) {
  const block = {
    input: { create: { width: 8, height: 8, channels: 3 as const, background } },
    left,
    top: 4,
  };
  return sharp({ create: { width: 40, height: 20, channels: 4, background: nothing } }).composite([block]);
}

describe('a rendered page', () => {
  it('has one grey byte for each pixel, row by row', async () => {
    const { pixels, width, height } = await render(
      writePng({
        width: 3,
        height: 2,
        pixel: (x, y) => (y === 0 ? [x * 100, x * 100, x * 100] : [255, 0, 0]),
      }),
    );
    expect({ width, height, first: [...pixels.subarray(0, 3)], bytes: pixels.length }).toEqual({
      width: 3,
      height: 2,
      first: [0, 100, 200],
      bytes: 6,
    });
    expect(pixels[3]).toBeGreaterThan(30);
    expect(pixels[3]).toBeLessThan(150);
  });

  it('is upright', async () => {
    const image = writePng({
      width: 2,
      height: 1,
      pixel: (x) => [x * 255, x * 255, x * 255],
      after: [pngChunk('eXIf', exif(8))],
    });
    const { pixels, width, height } = await render(image);
    expect([width, height, ...pixels]).toEqual([1, 2, 255, 0]);
  });

  it.each(['png', 'webp', 'gif', 'avif'] as const)(
    'is dark on white, whatever the colour of the ink on a transparent %s',
    async (format) => {
      for (const colour of ['#000000', '#aa2222', '#ffffff', '#ffee88']) {
        const { pixels } = await render(await ink(colour).toFormat(format).toBuffer());
        expect(pixels[0]).toBeGreaterThan(250);
        expect(pixels[8 * 40 + 8]).toBeLessThan(110);
      }
    },
  );

  it('is the first frame of an animation', async () => {
    const frames = await Promise.all(
      [4, 24].map((left) => ink('#000000', left).flatten({ background: '#ffffff' }).png().toBuffer()),
    );
    for (const format of ['webp', 'gif'] as const) {
      const animation = await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer();
      const { pixels, width, height } = await render(animation);
      expect({ width, height }).toEqual({ width: 40, height: 20 });
      expect(pixels[8 * 40 + 8]).toBeLessThan(30);
      expect(pixels[8 * 40 + 28]).toBeGreaterThan(225);
    }
  });

  it('is scaled down to 25 megapixels', async () => {
    const large = await sharp({ create: { width: 7_000, height: 4_000, channels: 3, background: '#fff' } })
      .jpeg()
      .toBuffer();
    const { pixels, width, height } = await render(large);
    expect([width, height]).toEqual([6_614, 3_779]);
    expect(pixels.length).toBe(width * height);
  });
});
