import type { Fit } from './render-order.js';

/** Pixels of an image that is decoded at all; more is a bomb or nothing a thumbnail is made of on the way. */
export const maxImagePixels = 50_000_000;

/**
 * The longest side that an image may be scaled to. `cover` cuts it down afterwards, `outside` keeps it (16,383 is the most a
 * WebP can have); the others never scale beyond what was asked for.
 */
const maxScaledSide: Partial<Record<Fit, number>> = { cover: 65_535, outside: 16_383 };

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Why an image is too large to be rendered so; undefined if it is not. */
export function whyTooLarge(image: Size, wanted: Size, fit: Fit): string | undefined {
  const shown = `${image.width}x${image.height}`;
  if (image.width * image.height > maxImagePixels) {
    return `The image has ${shown} pixels; at most ${maxImagePixels / 1e6} megapixels are taken.`;
  }
  const scale = Math.max(wanted.width / image.width, wanted.height / image.height);
  const longest = Math.round(Math.max(image.width, image.height) * scale);
  if (longest > (maxScaledSide[fit] ?? Infinity)) {
    return `An image of ${shown} pixels would be ${longest} pixels long in the size asked for: ask for a smaller one, or for "inside".`;
  }
  return undefined;
}
