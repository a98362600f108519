import { z } from 'zod';
import { defineJob, defineQueue, type PayloadOf } from '../job-definition.js';

export const imageQueue = defineQueue('image');

/** An image's name in storage: what `PUT /images/{image_id}` takes. */
export const imageIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/,
    'Use 1 to 128 letters, digits, dashes and underscores, beginning with a letter or digit.',
  );

const side = z.int().min(1).max(4_096);

/** Resizes an uploaded image and stores it as `thumbs/{imageId}` (other sizes as `thumbs/{imageId}/{width}x{height}-{fit}`). */
export const imageThumbnail = defineJob({
  type: 'image.thumbnail',
  queue: imageQueue,
  payload: z.strictObject({
    imageId: imageIdSchema,
    width: side.default(300),
    height: side.default(300),
    fit: z.enum(['cover', 'contain', 'fill', 'inside', 'outside']).default('cover'),
  }),
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
});

/** Where the storage keeps an uploaded image. */
export function uploadKey(imageId: string): string {
  return `uploads/${imageId}`;
}

/** Where the storage keeps a thumbnail: the usual one, 300x300 cover, under the image's own name. */
export function thumbnailKey({ imageId, width, height, fit }: PayloadOf<typeof imageThumbnail>): string {
  const usual = width === 300 && height === 300 && fit === 'cover';
  return usual ? `thumbs/${imageId}` : `thumbs/${imageId}/${width}x${height}-${fit}`;
}
