import type { imageThumbnail, PayloadOf } from '@jobstream/contracts';

/** How an image is made to fit the size asked for. */
export type Fit = PayloadOf<typeof imageThumbnail>['fit'];

/** What a rendering process is sent. */
export interface RenderOrder {
  /** A JPEG, PNG or WebP file, or what somebody says is one. */
  readonly image: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly fit: Fit;
}

/** A rendered image: a file, with its size in pixels. */
export interface RenderedImage {
  readonly image: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly contentType: 'image/jpeg' | 'image/webp';
}

/** Why an image can't be rendered, now or ever. */
export interface Refusal {
  readonly code: 'image_unreadable' | 'image_too_large';
  readonly message: string;
}

/** What a rendering process answers. `failed` says nothing about the image. */
export type RenderReply =
  | { readonly kind: 'rendered'; readonly rendered: RenderedImage }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly message: string };
