import { z } from 'zod';
import { defineJob } from '@jobstream/contracts';
import { maintenanceQueue } from './maintenance.js';

/**
 * Makes a job with a unique key that a handler has enqueued, or finds the one that holds the key. Only the platform makes it: the
 * handler's worker may have no Postgres, where keys are kept. It is kept from submitters, because nobody asks for the rights that the
 * job needs.
 */
export const jobMake = defineJob({
  type: 'job.make',
  queue: maintenanceQueue,
  submitScope: 'operate',
  payload: z.strictObject({
    parent: z.uuidv7().describe('The job whose handler has enqueued it.'),
    at: z.int().min(0).describe('When it did so, in milliseconds since 1970: delays count from then.'),
    submission: z.record(z.string(), z.unknown()).describe('As in `POST /v1/jobs`.'),
  }),
  result: z.strictObject({
    job: z.uuidv7().describe('The job that was made, or the one that holds its key.'),
    existing: z.boolean().describe('Whether that was there before.'),
  }),
  // A worker publishes the type of the job when it starts: that may take a while. The queue has this lane already.
  retries: 20,
  backoff: ['60s'],
  timeout: '2m',
  exclusive: true,
});
