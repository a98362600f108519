import { z } from 'zod';
import { defineJob, maxFlowJobs } from '@jobstream/contracts';
import { failurePolicies } from '@jobstream/contracts/rest';
import { maintenanceQueue } from './maintenance.js';

/**
 * Makes a flow that a handler has enqueued. Its id is that of the flow. Only the platform makes it: the handler's worker may have no
 * Postgres, where flows are kept. It is kept from submitters, because nobody asks for the rights that the jobs of the flow need.
 */
export const flowMake = defineJob({
  type: 'flow.make',
  queue: maintenanceQueue,
  submitScope: 'operate',
  payload: z.strictObject({
    parent: z.uuidv7().describe('The job whose handler has enqueued the flow.'),
    flow: z
      .strictObject({
        jobs: z.array(z.unknown()).min(1).max(maxFlowJobs),
        onFailure: z.enum(failurePolicies).optional(),
      })
      .describe('As in `POST /v1/flows`.'),
  }),
  result: z.strictObject({ flow: z.uuidv7(), jobs: z.int() }),
  // A worker publishes the types of the flow when it starts: that may take a while. The queue has this lane already.
  retries: 20,
  backoff: ['60s'],
  timeout: '2m',
  exclusive: true,
});
