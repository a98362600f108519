import type { ImageSize } from '../headers/image-size.js';
import type { Fit } from './render-order.js';

/** The longest side that sharp can scale. */
const maxScaledSide = 65_535;
/** The longest side of a WebP. Only the fit `outside` comes near it. */
const maxSide = 16_383;

/** A part of an image, in pixels. */
export interface Region extends ImageSize {
  readonly left: number;
  readonly top: number;
}

/** Why a thumbnail would be too long; undefined when it is not. */
export function whyTooLong(image: ImageSize, wanted: ImageSize, fit: Fit): string | undefined {
  if (fit !== 'outside') return undefined;
  const scale = coveringScale(image, wanted);
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  if (Math.max(width, height) <= maxSide) return undefined;
  return `An image of ${image.width}x${image.height} pixels becomes ${width}x${height} when it is to cover ${wanted.width}x${wanted.height} by "outside", and the longest side of a thumbnail is ${maxSide}. Ask for a smaller size, or for "cover", which cuts off what stands over, or "inside".`;
}

/**
 * The middle of an image that the fit `cover` shows, when the whole image would be too long to be scaled before it is cut.
 * Otherwise undefined.
 */
export function regionToScale(image: ImageSize, wanted: ImageSize, fit: Fit): Region | undefined {
  const scale = coveringScale(image, wanted);
  if (fit !== 'cover' || Math.max(image.width, image.height) * scale <= maxScaledSide) return undefined;
  const width = Math.min(image.width, Math.ceil(wanted.width / scale));
  const height = Math.min(image.height, Math.ceil(wanted.height / scale));
  return {
    left: Math.floor((image.width - width) / 2),
    top: Math.floor((image.height - height) / 2),
    width,
    height,
  };
}

function coveringScale(image: ImageSize, wanted: ImageSize): number {
  return Math.max(wanted.width / image.width, wanted.height / image.height);
}
