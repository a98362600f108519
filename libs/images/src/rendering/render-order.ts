/** How an image is made to fit the size asked for, in the words of CSS's `object-fit` and of sharp. */
export type Fit = 'cover' | 'contain' | 'fill' | 'inside' | 'outside';

/** Asks for a thumbnail. */
export interface ThumbnailOrder {
  readonly kind: 'thumbnail';
  /** An image file, or what somebody says is one. */
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

/** Asks for a page that text is to be read from. */
export interface PageOrder {
  readonly kind: 'page';
  /** An image file, or what somebody says is one. */
  readonly image: Uint8Array;
}

/** A rendered page. */
export interface RenderedPage {
  /** Row by row from the top, a byte each: 0 is black, 255 white. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What a rendering process is sent. */
export type RenderOrder = ThumbnailOrder | PageOrder;

/** What comes of an order. */
export type RenderedFor<O extends RenderOrder> = O extends ThumbnailOrder ? RenderedImage : RenderedPage;

/** Why an image can't be rendered, now or ever. */
export interface Refusal {
  readonly code: 'image_unreadable' | 'image_too_large';
  readonly message: string;
}

/**
 * What a rendering process answers. `failed` says nothing about the image. `exhausted` is a refusal too, of an image that has used
 * up its processor time; the process still works on it and has to be ended.
 */
export type RenderReply<Rendered = RenderedImage | RenderedPage> =
  | { readonly kind: 'rendered'; readonly rendered: Rendered }
  | { readonly kind: 'refused' | 'exhausted'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly message: string };
