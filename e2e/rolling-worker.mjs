// A worker of one job type in two versions, as two releases of a team's program: VERSION says which. The second one takes a field
// that the first one does not know, and its jobs are searched by another one.
import { defineQueue, worker } from '@jobstream/worker';
import { defineJob } from '@jobstream/client';
import { z } from 'zod';

const payloads = {
  1: z.strictObject({ n: z.int() }),
  2: z.strictObject({ n: z.int(), channel: z.enum(['mail', 'sms']).default('mail') }),
};
const greet = defineJob({
  type: 'greeting.send',
  queue: defineQueue('greetings'),
  payload: payloads[process.env.VERSION],
  result: z.object({ by: z.string(), channel: z.string() }),
  ...(process.env.VERSION === '2' && { search: ['n'] }),
  retries: 30,
  backoff: ['1s'],
});

const handler = greet.handle(async ({ channel = 'mail' }) => ({
  by: `version ${process.env.VERSION}`,
  channel,
}));
await worker({ handlers: [handler], owner: 'greetings' }).run();
