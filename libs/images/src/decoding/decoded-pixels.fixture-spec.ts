import { expect } from '@jest/globals';
import sharp from 'sharp';
import { openImage } from './open-image.js';

/** A decoded image, for tests. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): number[];
}

/** What an image decodes to: 8 bits a channel, red, green, blue, alpha. */
export async function decode(image: Uint8Array): Promise<Pixels> {
  const opened = await openImage(image);
  const png = await opened.decode((upright) => upright.png().toBuffer());
  const { data, info } = await sharp(png)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect({ width: info.width, height: info.height }).toEqual(opened.size);
  return {
    width: info.width,
    height: info.height,
    at: (x, y) => [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)],
  };
}

/** Compares the channels of a pixel. */
export function expectNear(found: readonly number[], expected: readonly number[], tolerance = 2): void {
  const far = found.some((value, nth) => Math.abs(value - expected[nth]!) > tolerance);
  if (far) expect(found).toEqual(expected);
}
