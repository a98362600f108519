import sharp from 'sharp';
import type { ImageSize } from '../headers/image-size.js';

/** Stands in for coded data: decoders find pictures in it, though none that anybody meant. */
const filler = Buffer.alloc(64 * 1024, 0x55);

/** Pixels of the small picture that may differ: those of one unit, 16x16 at full size. */
const unitPixels = 4;

/**
 * Whether the data of a JPEG ends before its picture does, although its end marker is there: a camera or a tool has closed a file
 * that was cut short. Decoders fill what is missing with grey and complain, but they complain alike of harmless damage. So more
 * data is put before the end marker: a picture that is whole does not change by it, and one that is not is filled up from it.
 * The last unit may be missing: encoders that forget its last bits are common, and nobody sees it.
 * @param endsAt where the end marker stands
 */
export async function jpegEndsEarly(image: Buffer, endsAt: number, size: ImageSize): Promise<boolean> {
  const longer = Buffer.concat([image.subarray(0, endsAt), filler, image.subarray(endsAt)]);
  const asIs = await decodeSmall(image, size);
  const filledUp = await decodeSmall(longer, size);
  const pixel = asIs.length / (smallSide(size.width) * smallSide(size.height));
  let differing = 0;
  for (let at = 0; at < asIs.length && differing <= unitPixels; at += pixel) {
    if (asIs.compare(filledUp, at, at + pixel, at, at + pixel) !== 0) differing += 1;
  }
  return differing > unitPixels;
}

/** From a ninth of the size on, the decoder makes one pixel of a block, from one coefficient: how fine the rest is does not show. */
function decodeSmall(image: Buffer, { width, height }: ImageSize): Promise<Buffer> {
  return sharp(image, { failOn: 'none', unlimited: true, limitInputPixels: false, ignoreIcc: true })
    .resize(smallSide(width), smallSide(height), { fit: 'fill', kernel: 'nearest' })
    .raw()
    .toBuffer();
}

function smallSide(side: number): number {
  return Math.max(1, Math.floor(side / 9));
}
