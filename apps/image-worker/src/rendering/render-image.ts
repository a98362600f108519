import sharp, { type Sharp } from 'sharp';
import { maxImagePixels, whyTooLarge } from './image-size-limits.js';
import type { RenderedImage, RenderOrder, RenderReply } from './render-order.js';

// Bytes from strangers meet these three decoders of libvips only. It has many more.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });
// One image at a time on one thread: what runs beside it is another process. No two images are the same: a cache is waste.
sharp.concurrency(1);
sharp.cache(false);

const quality = 80;
const white = { r: 255, g: 255, b: 255, alpha: 1 };
const transparent = { r: 0, g: 0, b: 0, alpha: 0 };

/**
 * Renders an image: upright by its EXIF orientation, in sRGB, without any metadata; as WebP where something is transparent, else
 * as JPEG. Of an animation it takes the first frame. Equal orders give equal bytes. Never throws.
 */
export async function renderImage(order: RenderOrder): Promise<RenderReply> {
  try {
    const { autoOrient: upright, hasAlpha } = await sharp(order.image, {
      limitInputPixels: false,
    }).metadata();
    const tooLarge = whyTooLarge(upright, order, order.fit);
    if (tooLarge !== undefined) return refused('image_too_large', tooLarge);
    return { kind: 'rendered', rendered: await render(order, hasAlpha) };
  } catch (error) {
    const message = (error as Error).message.trim().replaceAll(/\s*\n\s*/g, '; ');
    if (/out of memory/i.test(message)) return { kind: 'failed', message };
    return refused('image_unreadable', `This is no sound JPEG, PNG or WebP image (${message}).`);
  }
}

async function render({ image, width, height, fit }: RenderOrder, alpha: boolean): Promise<RenderedImage> {
  const resized = sharp(image, { failOn: 'warning', limitInputPixels: maxImagePixels })
    .autoOrient()
    .resize(width, height, { fit, background: alpha ? transparent : white });
  return alpha ? encodeByOpacity(resized) : encode(resized.jpeg({ quality }), 'image/jpeg');
}

/** Most images with an alpha channel, screenshots for instance, show nothing through it. */
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

function refused(code: 'image_unreadable' | 'image_too_large', message: string): RenderReply {
  return { kind: 'refused', refusal: { code, message } };
}
