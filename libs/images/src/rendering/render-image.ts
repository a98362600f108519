import { RefusedImageError } from '../decoding/refused-image-error.js';
import type { RenderOrder, RenderReply } from './render-order.js';
import { renderPage } from './render-page.js';
import { renderThumbnail } from './render-thumbnail.js';

/** Renders an order, whatever its kind. Never throws. */
export async function renderImage(order: RenderOrder): Promise<RenderReply> {
  try {
    const rendered = order.kind === 'page' ? await renderPage(order) : await renderThumbnail(order);
    return { kind: 'rendered', rendered };
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof RefusedImageError)) return { kind: 'failed', message };
    return { kind: 'refused', refusal: { code: error.code, message } };
  }
}
