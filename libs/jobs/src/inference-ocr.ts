import { z } from 'zod';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { imageSourceFields, isOneSource, oneSourceError } from './image-source.js';

export const inferenceQueue = defineQueue('inference');

/** Reads the English text in an image: an uploaded one, or one that is fetched from a public address. */
export const inferenceOcr = defineJob({
  type: 'inference.ocr',
  queue: inferenceQueue,
  payload: z.strictObject(imageSourceFields).refine(isOneSource, { error: oneSourceError }),
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
