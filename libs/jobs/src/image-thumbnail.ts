import { z } from 'zod';
import { defineJob, defineQueue, type PayloadOf } from '@jobstream/contracts';
import { imageIdOfUrl, imageSourceFields, isOneSource, oneSourceError } from './image-source.js';

export const imageQueue = defineQueue('image');

const side = z.int().min(1).max(4_096);

/**
 * Resizes an image and stores it as `thumbs/{imageId}` (other sizes as `thumbs/{imageId}/{width}x{height}-{fit}`). An image from a
 * URL has the id `url-{SHA-256 of the URL}`.
 */
export const imageThumbnail = defineJob({
  type: 'image.thumbnail',
  queue: imageQueue,
  payload: z
    .strictObject({
      ...imageSourceFields,
      width: side.default(300),
      height: side.default(300),
      fit: z.enum(['cover', 'contain', 'fill', 'inside', 'outside']).default('cover'),
    })
    .refine(isOneSource, { error: oneSourceError }),
  result: z.strictObject({
    key: z.string().describe('Storage key of the thumbnail.'),
    width: z.int(),
    height: z.int(),
    bytes: z.int(),
    contentType: z.string(),
    sha256: z.string().describe('SHA-256 of the stored bytes, in hex.'),
  }),
  retries: 3,
  backoff: ['60s'],
  timeout: '60s',
  fetches: ['url'],
  search: ['imageId'],
});

/** The storage key of a thumbnail. The default one (300x300, cover) has the name of its image. */
export function thumbnailKey({ imageId, url, width, height, fit }: PayloadOf<typeof imageThumbnail>): string {
  const name = url === undefined ? imageId! : imageIdOfUrl(url);
  const isDefault = width === 300 && height === 300 && fit === 'cover';
  return isDefault ? `thumbs/${name}` : `thumbs/${name}/${width}x${height}-${fit}`;
}
