import { readFileSync } from 'node:fs';
import { RefusedImageError } from '../decoding/refused-image-error.js';
import type { ImageFile, RenderReply, SentOrder } from './render-order.js';
import { renderPage } from './render-page.js';
import { renderThumbnail } from './render-thumbnail.js';

/** Renders an order, whatever its kind. Never throws. */
export async function renderImage(order: SentOrder): Promise<RenderReply> {
  let image: Uint8Array;
  try {
    image = order.image instanceof Uint8Array ? order.image : readImage(order.image);
  } catch (error) {
    return { kind: 'unread', message: (error as Error).message };
  }
  try {
    const rendered =
      order.kind === 'page'
        ? await renderPage({ ...order, image })
        : await renderThumbnail({ ...order, image });
    return { kind: 'rendered', rendered };
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof RefusedImageError)) return { kind: 'failed', message };
    return { kind: 'refused', refusal: { code: error.code, message } };
  }
}

/** At once, since this process has nothing else to do: several small steps in other threads take longer. */
function readImage({ path, trailingBytes }: ImageFile): Uint8Array {
  const file = readFileSync(path);
  return file.subarray(0, Math.max(0, file.length - trailingBytes));
}
