import type { Sharp } from 'sharp';
import { openImage } from '../decoding/open-image.js';
import type { ImageSize } from '../headers/image-size.js';
import type { PageOrder, RenderedPage } from './render-order.js';

/** A4 at 500 dpi. Recognisers read no better with more pixels, and very large letters not at all. */
const maxPixels = 25_000_000;

/**
 * Renders an image as a page to be read: upright and grey, at most 25 megapixels. A transparent image is put on white; one that is
 * light as a whole is put on black and inverted. An animation gives its first frame, a document its first page.
 * @throws RefusedImageError
 */
export async function renderPage({ image }: PageOrder<Uint8Array>): Promise<RenderedPage> {
  const { size, hasAlpha, decode } = await openImage(image);
  const isLight = hasAlpha && (await decode(isLightOnNothing));
  const { data, info } = await decode((upright) => {
    const onPaper = isLight
      ? upright.flatten({ background: '#000000' }).negate()
      : upright.flatten({ background: '#ffffff' });
    return scaleDown(onPaper, size).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  });
  return { pixels: data, width: info.width, height: info.height };
}

function scaleDown(image: Sharp, { width, height }: ImageSize): Sharp {
  const scale = Math.sqrt(maxPixels / (width * height));
  return scale < 1 ? image.resize(Math.max(1, Math.floor(width * scale))) : image;
}

/** Whether the visible part is light as a whole, such as white letters on nothing: on white they would be lost. */
async function isLightOnNothing(upright: Sharp): Promise<boolean> {
  const pixels = await upright.resize(64, 64, { fit: 'fill' }).toColourspace('srgb').raw().toBuffer();
  let shown = 0;
  let light = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(at, at + 4);
    shown += alpha;
    light += ((red + green + blue) / 3) * alpha;
  }
  return shown < 0.9 * 255 * 64 * 64 && light > 160 * shown;
}
