import { openImage } from '../decoding/open-image.js';
import type { PageOrder, RenderedPage } from './render-order.js';

/**
 * Renders an image as a page to be read: upright, grey, on white where it is transparent, at its own size, as a PGM file
 * (Netpbm, `P5`). Of an animation it takes the first frame, of a document the first page.
 * @throws RefusedImageError
 */
export async function renderPage({ image }: PageOrder): Promise<RenderedPage> {
  const { decode } = await openImage(image);
  const { data, info } = await decode((upright) =>
    upright
      .flatten({ background: '#ffffff' })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  const { width, height } = info;
  return { image: Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), data]), width, height };
}
