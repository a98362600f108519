import sharp from 'sharp';
import type { ImageSize } from '../headers/image-size.js';

/** Bytes that decoders take for coded data of some picture. */
const filler = Buffer.alloc(64 * 1024, 0x55);

/** Pixels of the small picture that may differ: those of one unit, 16x16 at full size. */
const maxDifferingPixels = 4;

/**
 * Whether the data of a JPEG ends before its picture does, although it has an end marker: a camera or a tool has closed a file that
 * was cut short. Decoders fill the rest with grey and warn, but they warn of harmless damage too. So more data is put before the
 * end marker: a whole picture stays the same, an incomplete one is filled from it. The last unit may be missing: many encoders
 * forget its last bits, and it cannot be seen.
 * @param endsAt the position of the end marker
 */
export async function jpegEndsEarly(image: Buffer, endsAt: number, size: ImageSize): Promise<boolean> {
  const longer = Buffer.concat([image.subarray(0, endsAt), filler, image.subarray(endsAt)]);
  const asIs = await decodeSmall(image, size);
  const filledUp = await decodeSmall(longer, size);
  const pixel = asIs.length / (smallSide(size.width) * smallSide(size.height));
  let differing = 0;
  for (let at = 0; at < asIs.length && differing <= maxDifferingPixels; at += pixel) {
    if (asIs.compare(filledUp, at, at + pixel, at, at + pixel) !== 0) differing += 1;
  }
  return differing > maxDifferingPixels;
}

/** At a ninth of the size the decoder makes one pixel of each block, from one coefficient: finer differences do not show. */
function decodeSmall(image: Buffer, { width, height }: ImageSize): Promise<Buffer> {
  return sharp(image, { failOn: 'none', unlimited: true, limitInputPixels: false, ignoreIcc: true })
    .resize(smallSide(width), smallSide(height), { fit: 'fill', kernel: 'nearest' })
    .raw()
    .toBuffer();
}

function smallSide(side: number): number {
  return Math.max(1, Math.floor(side / 9));
}
