import { createHash } from 'node:crypto';
import { imageIdSchema } from '@jobstream/contracts/rest';
import { z } from 'zod';

/** Fields of a payload that say which image a job is about: an uploaded one, or one to fetch from a public address. */
export const imageSourceFields = {
  imageId: imageIdSchema.optional(),
  url: z
    .url({ protocol: /^https?$/, error: 'Give an http or https URL.' })
    .max(2_048)
    .optional(),
};

/** See {@link imageSourceFields}. */
export interface ImageSource {
  readonly imageId?: string | undefined;
  readonly url?: string | undefined;
}

/** Whether a payload names its image in one way: for `refine`. */
export function isOneSource({ imageId, url }: ImageSource): boolean {
  return (imageId === undefined) !== (url === undefined);
}

/** What {@link isOneSource} has to say. */
export const oneSourceError = 'Give either imageId or url.';

/**
 * The name that an image fetched from a URL goes by: `url-` and the SHA-256 of the URL as it was submitted, in hex. Nothing
 * can be uploaded under it.
 */
export function imageIdOfUrl(url: string): string {
  return `url-${createHash('sha256').update(url).digest('hex')}`;
}

/** Whether an image id is that of an image from a URL. */
export function isImageIdOfUrl(imageId: string): boolean {
  return /^url-[0-9a-f]{64}$/.test(imageId);
}

/** Where the storage keeps an uploaded image. */
export function uploadKey(imageId: string): string {
  return `uploads/${imageId}`;
}
