import { defineJob, defineQueue, exponentialBackoff } from '@jobstream/client';
import * as z from 'zod';

const letters = defineQueue('letters');

/** Composes a letter, and has it posted by a job of its own. */
export const composeLetter = defineJob({
  type: 'letter.compose',
  queue: letters,
  payload: z.strictObject({ name: z.string().min(1).max(100) }),
  result: z.object({ text: z.string() }),
  retries: 3,
  backoff: exponentialBackoff('1s', 5, '10m'),
});

/** Posts a letter. */
export const postLetter = defineJob({
  type: 'letter.post',
  queue: letters,
  payload: z.strictObject({ text: z.string().min(1) }),
  result: z.object({ stamps: z.int() }),
  retries: 3,
  backoff: exponentialBackoff('10s', 5, '10m'),
});
