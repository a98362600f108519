import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { formatOf, whyNotTaken, type ImageFormat } from '../headers/image-format.js';
import type { ImageSize } from '../headers/image-size.js';
import { jpegEndsEarly } from './jpeg-damage.js';
import { outlineJpeg } from './jpeg-outline.js';
import { orientationOf, type Orientation } from './orientation.js';
import { RefusedImageError } from './refused-image-error.js';

// Bytes from strangers reach only these six of libvips' many decoders.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map((decoder) => `VipsForeignLoad${decoder}`),
});
// One image at a time, on one thread: other images run in other processes. No image comes twice, so a cache is of no use.
sharp.concurrency(1);
sharp.cache(false);

/** An image with more pixels is a bomb, or no use for a thumbnail or a page of text. */
const maxPixels = 50_000_000;
/** The decoder of AVIF takes 19 bytes a pixel. */
const maxAvifPixels = 25_000_000;
/** Real progressive images have about ten. One more scan of the largest image costs 75 ms of a processor, whatever its bytes. */
const maxScans = 100;

/** An image that may be decoded. */
export interface OpenedImage {
  /** The size once it is upright. */
  readonly size: ImageSize;
  readonly hasAlpha: boolean;
  /**
   * Decodes the image: `use` gets it upright, in 8 bits of sRGB or grey.
   * @throws RefusedImageError when it is damaged or cut short; no part of it is returned then
   */
  decode<T>(use: (upright: Sharp) => Promise<T>): Promise<T>;
}

/**
 * Inspects an image without decoding it.
 * @throws RefusedImageError
 */
export async function openImage(bytes: Uint8Array): Promise<OpenedImage> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = formatOf(file);
  if (format === undefined) throw new RefusedImageError('image_unreadable', whyNotTaken(file));
  const { image, options, endsAt }: PreparedImage =
    format === 'jpeg' ? prepareJpeg(file) : { image: file, options: defaultOptions };
  const metadata = await decoding(format, () => sharp(image, { limitInputPixels: false }).metadata());
  refuseTooMany(metadata, format);
  const orientation = orientationOf(file, format, metadata);
  const isTurned = orientation >= 5;
  return {
    size: {
      width: isTurned ? metadata.height : metadata.width,
      height: isTurned ? metadata.width : metadata.height,
    },
    hasAlpha: metadata.hasAlpha,
    decode: (use) =>
      decoding(format, async () => {
        let warned = false;
        const decoder = sharp(image, options).on('warning', () => (warned = true));
        const result = await use(turn(inEightBits(decoder, metadata), orientation, metadata));
        if (warned && endsAt !== undefined && (await jpegEndsEarly(image, endsAt, metadata)))
          throw cutShort();
        return result;
      }),
  };
}

/** Damage that browsers tolerate is tolerated, an image that is cut short is not. */
const defaultOptions: SharpOptions = { failOn: 'error', limitInputPixels: maxPixels };

/** The input of the decoder. */
interface PreparedImage {
  readonly image: Buffer;
  readonly options: SharpOptions;
  /** The position of a JPEG's end marker. */
  readonly endsAt?: number;
}

/**
 * A JPEG without its end marker is taken if it lacks nothing else. That can be checked when one scan holds the whole image: then
 * the decoder warns of the first missing unit. `unlimited` lifts the limit on the number of warnings alone.
 */
function prepareJpeg(file: Buffer): PreparedImage {
  const { scans, isOneScan, endsAt } = outlineJpeg(file);
  if (scans > maxScans) {
    throw new RefusedImageError(
      'image_unreadable',
      `The JPEG has ${scans} scans; at most ${maxScans} are taken, since each costs as much as the image. Save it anew.`,
    );
  }
  if (endsAt !== undefined) return { image: file, options: { ...defaultOptions, unlimited: true }, endsAt };
  if (!isOneScan) throw cutShort();
  return { image: Buffer.concat([file, endMarker]), options: { ...defaultOptions, failOn: 'warning' } };
}

const endMarker = Buffer.from([0xff, 0xd9]);

function cutShort(): RefusedImageError {
  return new RefusedImageError('image_unreadable', 'The JPEG is cut short: the rest of its data is missing.');
}

function refuseTooMany({ width, height }: ImageSize, format: ImageFormat): void {
  const maxAllowed = format === 'avif' ? maxAvifPixels : maxPixels;
  if (width * height <= maxAllowed) return;
  const what = format === 'avif' ? 'AVIF image' : 'image';
  throw new RefusedImageError(
    'image_too_large',
    `The ${what} has ${width}x${height} pixels; at most ${maxAllowed / 1e6} megapixels are taken.`,
  );
}

/**
 * Reduces 16 bits a channel to 8 first: sharp would convert their colour profile to Display P3, and treat the result as sRGB.
 */
function inEightBits(image: Sharp, { space }: Metadata): Sharp {
  if (space === 'rgb16') return image.pipelineColourspace('srgb');
  return space === 'grey16' ? image.pipelineColourspace('b-w') : image;
}

/** Turns the image upright. The decoder does it quickest, when it has found the orientation itself. */
function turn(image: Sharp, orientation: Orientation, found: Metadata): Sharp {
  if (orientation === 1) return image;
  if (found.orientation === orientation) return image.autoOrient();
  const { angle, isFlipped, isFlopped } = turns[orientation];
  return image.flip(isFlipped).flop(isFlopped).rotate(angle);
}

/** Mirrored first (flip: up and down, flop: left and right), then turned clockwise. */
const turns: Readonly<
  Record<Orientation, { readonly angle: number; readonly isFlipped: boolean; readonly isFlopped: boolean }>
> = {
  1: { angle: 0, isFlipped: false, isFlopped: false },
  2: { angle: 0, isFlipped: false, isFlopped: true },
  3: { angle: 180, isFlipped: false, isFlopped: false },
  4: { angle: 0, isFlipped: true, isFlopped: false },
  5: { angle: 90, isFlipped: true, isFlopped: false },
  6: { angle: 90, isFlipped: false, isFlopped: false },
  7: { angle: 270, isFlipped: true, isFlopped: false },
  8: { angle: 270, isFlipped: false, isFlopped: false },
};

/** Runs a decoder. Its errors are faults of the image, except for a lack of memory. */
async function decoding<T>(format: ImageFormat, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RefusedImageError) throw error;
    const complaint = (error as Error).message.trim().replaceAll(/\s*\n\s*/g, '; ');
    if (/out of memory/i.test(complaint)) throw error;
    const details = complaint === 'Unknown error' ? '' : ` (${complaint.slice(0, 200)})`;
    throw new RefusedImageError(
      'image_unreadable',
      `The ${format.toUpperCase()} image is damaged or cut short${details}.`,
    );
  }
}
