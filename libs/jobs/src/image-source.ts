import { createHash } from 'node:crypto';
import { imageIdSchema } from '@jobstream/contracts/rest';
import { z } from 'zod';

/** The fields of a payload that name its image: an uploaded one, or one to fetch from a public address. */
export const imageSourceFields = {
  imageId: imageIdSchema.optional(),
  url: z
    .url({ protocol: /^https?$/, error: 'Give an http or https URL.' })
    .max(2_048)
    .optional(),
};

/** The image of a payload, as {@link imageSourceFields} name it. */
export interface ImageSource {
  readonly imageId?: string | undefined;
  readonly url?: string | undefined;
}

/** Whether a payload names its image in exactly one way: for `refine`. */
export function isOneSource({ imageId, url }: ImageSource): boolean {
  return (imageId === undefined) !== (url === undefined);
}

/** The error of a payload that is not {@link isOneSource}. */
export const oneSourceError = 'Give either imageId or url.';

/**
 * The name of an image from a URL: `url-` and the SHA-256 of the URL as submitted, in hex. No upload can have such a name.
 */
export function imageIdOfUrl(url: string): string {
  return `url-${createHash('sha256').update(url).digest('hex')}`;
}

/** Whether an image id is that of an image from a URL. */
export function isImageIdOfUrl(imageId: string): boolean {
  return /^url-[0-9a-f]{64}$/.test(imageId);
}

/** The storage key of an uploaded image. */
export function uploadKey(imageId: string): string {
  return `uploads/${imageId}`;
}
