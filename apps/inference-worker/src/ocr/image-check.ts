import { disableTypes, imageSize, types } from 'image-size';

/** Pixels of an image that is read at all: a page of A4 at 600 dpi has 35 million. More is a bomb, or no page. */
const mostPixels = 50_000_000;

const readable: readonly string[] = ['jpg', 'png', 'webp'];

// Parsers of formats that are not taken never see a byte.
disableTypes(types.filter((type) => !readable.includes(type)));

/** Why an image can't be read, as far as its header tells; undefined if it may be. */
export function whyUnreadable(image: Uint8Array): string | undefined {
  try {
    const { width, height } = imageSize(image);
    if (width * height <= mostPixels) return undefined;
    return `The image has ${width}x${height} pixels; at most ${mostPixels / 1e6} megapixels are taken.`;
  } catch {
    return 'The bytes are no JPEG, PNG or WebP image.';
  }
}
