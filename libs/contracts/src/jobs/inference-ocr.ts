import { z } from 'zod';
import { defineJob, defineQueue } from '../job-definition.js';
import { imageIdSchema } from './image-thumbnail.js';

export const inferenceQueue = defineQueue('inference');

/** Reads the English text in an image: an uploaded one, or one that is fetched from a public address. */
export const inferenceOcr = defineJob({
  type: 'inference.ocr',
  queue: inferenceQueue,
  payload: z
    .strictObject({
      imageId: imageIdSchema.optional(),
      url: z
        .url({ protocol: /^https?$/, error: 'Give an http or https URL.' })
        .max(2_048)
        .optional(),
    })
    .refine(({ imageId, url }) => (imageId === undefined) !== (url === undefined), {
      error: 'Give either imageId or url.',
    }),
  result: z.strictObject({
    text: z
      .string()
      .describe(
        'What was read, line by line; at most 60,000 characters, `cut` says whether there were more.',
      ),
    cut: z.boolean(),
    confidence: z.number().describe('How sure the recogniser is of it, 0 to 100.'),
    words: z.int(),
  }),
  retries: 2,
  backoff: ['10s', '60s'],
  timeout: '10m',
  fetches: ['url'],
});
