// Images from strangers: reading their headers, and rendering them in processes of their own.
export {
  contentTypes,
  formatOf,
  signatureBytes,
  whyNotTaken,
  type ImageFormat,
} from './headers/image-format.js';
export { HeaderWatch } from './headers/header-watch.js';
export type { ImageHeader, ImageSize } from './headers/image-size.js';
export { RefusedImageError } from './decoding/refused-image-error.js';
export type {
  Fit,
  ImageFile,
  ImageSource,
  KeptImage,
  PageOrder,
  RenderedImage,
  RenderedPage,
  ThumbnailOrder,
} from './rendering/render-order.js';
export { RendererDiedError, RenderFailedError } from './rendering/renderer.js';
export { Renderers, rendererSettings, type RenderersOptions } from './rendering/renderers.js';
