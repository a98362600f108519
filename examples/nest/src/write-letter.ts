import { defineJob, defineQueue } from '@jobstream/worker';
import * as z from 'zod';

/** Writes a letter. */
export const writeLetter = defineJob({
  type: 'letter.write',
  queue: defineQueue('letters'),
  payload: z.strictObject({ to: z.string().min(1) }),
  result: z.object({ text: z.string() }),
});
