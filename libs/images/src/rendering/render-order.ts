import type { Readable } from 'node:stream';

/** A file from which a rendering process can read an image by itself. */
export interface ImageFile {
  readonly path: string;
  /** So many bytes at the end of the file are not the image's. */
  readonly trailingBytes: number;
}

/** An image that is kept somewhere, opened: as an opened object of the storage is. */
export interface KeptImage {
  readonly body: Readable;
  /** The file that holds it, if it is one of this machine. */
  readonly file?: ImageFile | undefined;
}

/** The image file that a stranger sent: its bytes, or where it is kept. */
export type ImageSource = Uint8Array | KeptImage;

/** How an image is made to fit the size asked for, in the words of CSS's `object-fit` and of sharp. */
export type Fit = 'cover' | 'contain' | 'fill' | 'inside' | 'outside';

/** An order for a thumbnail. */
export interface ThumbnailOrder<Image = ImageSource> {
  readonly kind: 'thumbnail';
  readonly image: Image;
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
export interface PageOrder<Image = ImageSource> {
  readonly kind: 'page';
  readonly image: Image;
}

/** A rendered page. */
export interface RenderedPage {
  /** Row by row from the top, a byte each: 0 is black, 255 white. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** An order for either. */
export type RenderOrder<Image = ImageSource> = ThumbnailOrder<Image> | PageOrder<Image>;

/** The order that a rendering process gets. */
export type SentOrder = RenderOrder<Uint8Array | ImageFile>;

/** The result of an order. */
export type RenderedFor<O extends Pick<RenderOrder, 'kind'>> = O['kind'] extends 'thumbnail'
  ? RenderedImage
  : RenderedPage;

/** Why an image can never be rendered. */
export interface Refusal {
  readonly code: 'image_unreadable' | 'image_too_large';
  readonly message: string;
}

/**
 * The reply of a rendering process. `failed` tells nothing about the image; `unread`: it could not read the file. `exhausted` is also a refusal: the image has used up its
 * processor time, and the process, which still works on it, must be ended.
 */
export type RenderReply<Rendered = RenderedImage | RenderedPage> =
  | { readonly kind: 'rendered'; readonly rendered: Rendered }
  | { readonly kind: 'refused' | 'exhausted'; readonly refusal: Refusal }
  | { readonly kind: 'failed' | 'unread'; readonly message: string };
