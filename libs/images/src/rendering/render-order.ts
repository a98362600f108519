/** How an image is made to fit the size asked for, in the words of CSS's `object-fit` and of sharp. */
export type Fit = 'cover' | 'contain' | 'fill' | 'inside' | 'outside';

/** An order for a thumbnail. */
export interface ThumbnailOrder {
  readonly kind: 'thumbnail';
  /** The bytes of an image file, as a stranger sent them. */
  readonly image: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly fit: Fit;
}

/** A rendered thumbnail: a file, with its size in pixels. */
export interface RenderedImage {
  readonly image: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly contentType: 'image/jpeg' | 'image/webp';
}

/** An order for a page from which text is read. */
export interface PageOrder {
  readonly kind: 'page';
  /** The bytes of an image file, as a stranger sent them. */
  readonly image: Uint8Array;
}

/** A rendered page. */
export interface RenderedPage {
  /** Row by row from the top, a byte each: 0 is black, 255 white. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The order that a rendering process gets. */
export type RenderOrder = ThumbnailOrder | PageOrder;

/** The result of an order. */
export type RenderedFor<O extends RenderOrder> = O extends ThumbnailOrder ? RenderedImage : RenderedPage;

/** Why an image can never be rendered. */
export interface Refusal {
  readonly code: 'image_unreadable' | 'image_too_large';
  readonly message: string;
}

/**
 * The reply of a rendering process. `failed` tells nothing about the image. `exhausted` is also a refusal: the image has used up its
 * processor time, and the process, which still works on it, must be ended.
 */
export type RenderReply<Rendered = RenderedImage | RenderedPage> =
  | { readonly kind: 'rendered'; readonly rendered: Rendered }
  | { readonly kind: 'refused' | 'exhausted'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly message: string };
