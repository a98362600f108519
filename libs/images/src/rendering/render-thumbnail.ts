import sharp, { type Sharp } from 'sharp';
import { openImage } from '../decoding/open-image.js';
import { RefusedImageError } from '../decoding/refused-image-error.js';
import type { RenderedImage, ThumbnailOrder } from './render-order.js';
import { regionToScale, whyTooLong } from './thumbnail-size.js';

const quality = 80;
const white = { r: 255, g: 255, b: 255, alpha: 1 };
const transparent = { r: 0, g: 0, b: 0, alpha: 0 };

/**
 * Renders a thumbnail: upright, in sRGB, without metadata; as WebP if any pixel is transparent, else as JPEG. An animation gives
 * its first frame, a document its first page. Equal orders give equal bytes.
 * @throws RefusedImageError
 */
export async function renderThumbnail(order: ThumbnailOrder<Uint8Array>): Promise<RenderedImage> {
  const { width, height, fit } = order;
  const { size, hasAlpha, decode } = await openImage(order.image);
  const tooLong = whyTooLong(size, order, fit);
  if (tooLong !== undefined) throw new RefusedImageError('image_too_large', tooLong);
  const region = regionToScale(size, order, fit);
  return decode((upright) => {
    const resized = (region ? upright.extract(region) : upright).resize(width, height, {
      fit,
      background: hasAlpha ? transparent : white,
    });
    return hasAlpha ? encodeByOpacity(resized) : encode(resized.jpeg({ quality }), 'image/jpeg');
  });
}

/** Most images with an alpha channel, such as screenshots, are opaque. */
async function encodeByOpacity(resized: Sharp): Promise<RenderedImage> {
  const pixels = await resized.png({ compressionLevel: 0 }).toBuffer();
  const { isOpaque } = await sharp(pixels).stats();
  return isOpaque
    ? encode(sharp(pixels).removeAlpha().jpeg({ quality }), 'image/jpeg')
    : encode(sharp(pixels).webp({ quality }), 'image/webp');
}

async function encode(pipeline: Sharp, contentType: RenderedImage['contentType']): Promise<RenderedImage> {
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  return { image: data, width: info.width, height: info.height, contentType };
}
