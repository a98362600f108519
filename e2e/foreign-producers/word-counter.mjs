// A worker of somebody else: one queue, one job type, a function for a handler.
import { defineJob, defineQueue, worker } from '@jobstream/worker';
import * as z from 'zod';

const countWords = defineJob({
  type: 'words.count',
  queue: defineQueue('words'),
  payload: z.strictObject({ text: z.string() }),
  result: z.object({ words: z.int() }),
});

await worker({
  handlers: [countWords.handle(async ({ text }) => ({ words: text.split(/\s+/).filter(Boolean).length }))],
}).run();
