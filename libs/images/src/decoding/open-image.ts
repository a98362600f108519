import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { formatOf, whyNotTaken, type ImageFormat } from '../headers/image-format.js';
import type { ImageSize } from '../headers/image-size.js';
import { jpegEndsEarly } from './jpeg-damage.js';
import { outlineJpeg } from './jpeg-outline.js';
import { orientationOf, type Orientation } from './orientation.js';
import { RefusedImageError } from './refused-image-error.js';

// Bytes from strangers meet these six decoders of libvips only. It has many more.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map((decoder) => `VipsForeignLoad${decoder}`),
});
// One image at a time on one thread: what runs beside it is another process. No two images are the same: a cache is waste.
sharp.concurrency(1);
sharp.cache(false);

/** Pixels of an image that is decoded at all; more is a bomb, or nothing that a thumbnail or a page of text is made of. */
const mostPixels = 50_000_000;
/** Its decoder takes 19 bytes a pixel. */
const mostAvifPixels = 25_000_000;
/** Real progressive images have about ten. One more scan of the largest image costs 75 ms of a processor, whatever its bytes. */
const mostScans = 100;

/** An image that may be decoded. */
export interface OpenedImage {
  /** Upright. */
  readonly size: ImageSize;
  readonly hasAlpha: boolean;
  /**
   * Decodes it: `use` is given the image upright and in 8 bits of sRGB or grey.
   * @throws RefusedImageError when it is damaged or cut short; what shows in it before that is not given away
   */
  decode<T>(use: (upright: Sharp) => Promise<T>): Promise<T>;
}

/**
 * Looks at an image as far as it can be without decoding it.
 * @throws RefusedImageError
 */
export async function openImage(bytes: Uint8Array): Promise<OpenedImage> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = formatOf(file);
  if (format === undefined) throw new RefusedImageError('image_unreadable', whyNotTaken(file));
  const { image, options, endsAt }: PreparedImage =
    format === 'jpeg' ? prepareJpeg(file) : { image: file, options: usual };
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
        const result = await use(turn(inUsualColours(decoder, metadata), orientation, metadata));
        if (warned && endsAt !== undefined && (await jpegEndsEarly(image, endsAt, metadata)))
          throw cutShort();
        return result;
      }),
  };
}

/** Damage that browsers pass over is passed over, an image that is cut short is not. */
const usual: SharpOptions = { failOn: 'error', limitInputPixels: mostPixels };

/** What the decoder is given. */
interface PreparedImage {
  readonly image: Buffer;
  readonly options: SharpOptions;
  /** Where the end marker of a JPEG stands. */
  readonly endsAt?: number;
}

/**
 * Of a JPEG without its end marker only one that lacks nothing else is taken: where one scan holds the image, the decoder
 * complains of the first unit that is not there. `unlimited` lifts a limit on the number of complaints, and no other one.
 */
function prepareJpeg(file: Buffer): PreparedImage {
  const { scans, isOneScan, endsAt } = outlineJpeg(file);
  if (scans > mostScans) {
    throw new RefusedImageError(
      'image_unreadable',
      `The JPEG has ${scans} scans; at most ${mostScans} are taken, since each costs as much as the image. Save it anew.`,
    );
  }
  if (endsAt !== undefined) return { image: file, options: { ...usual, unlimited: true }, endsAt };
  if (!isOneScan) throw cutShort();
  return { image: Buffer.concat([file, endMarker]), options: { ...usual, failOn: 'warning' } };
}

const endMarker = Buffer.from([0xff, 0xd9]);

function cutShort(): RefusedImageError {
  return new RefusedImageError('image_unreadable', 'The JPEG is cut short: the rest of its data is missing.');
}

function refuseTooMany({ width, height }: ImageSize, format: ImageFormat): void {
  const most = format === 'avif' ? mostAvifPixels : mostPixels;
  if (width * height <= most) return;
  const what = format === 'avif' ? 'AVIF image' : 'image';
  throw new RefusedImageError(
    'image_too_large',
    `The ${what} has ${width}x${height} pixels; at most ${most / 1e6} megapixels are taken.`,
  );
}

/**
 * Brings 16 bits a channel down to 8 before anything else: sharp would convert their colour profile to Display P3, and take what
 * comes out for sRGB.
 */
function inUsualColours(image: Sharp, { space }: Metadata): Sharp {
  if (space === 'rgb16') return image.pipelineColourspace('srgb');
  return space === 'grey16' ? image.pipelineColourspace('b-w') : image;
}

/** Turns it by what the decoder has found, which is quickest, else by what it has not. */
function turn(image: Sharp, orientation: Orientation, found: Metadata): Sharp {
  if (orientation === 1) return image;
  if (found.orientation === orientation) return image.autoOrient();
  const { angle, isFlipped, isFlopped } = turns[orientation];
  return image.flip(isFlipped).flop(isFlopped).rotate(angle);
}

/** Mirrored first, up and down or left and right, then turned clockwise. */
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

/** Runs a decoder. What it complains of says something of the image, unless there is no memory. */
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
