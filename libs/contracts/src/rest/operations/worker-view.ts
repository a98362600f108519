import { z } from 'zod';
import { workerSignSchema } from '../../records/worker-sign.js';

/** A worker process, as it has told of itself. */
export const workerViewSchema = workerSignSchema
  .omit({ v: true })
  .extend({
    state: z
      .enum(['alive', 'silent'])
      .describe(
        '`silent`: it has not told anything for 30 s. It has died, or it cannot reach Kafka. It is forgotten after ten minutes.',
      ),
    lastSignAt: z.iso.datetime().describe("When it told this, by the broker's time."),
  })
  .meta({ id: 'WorkerView' });
/** See {@link workerViewSchema}. */
export type WorkerView = z.infer<typeof workerViewSchema>;

/** `GET /v1/workers`. */
export const workerListSchema = z
  .object({ items: z.array(workerViewSchema).describe('By service, then by id.') })
  .meta({ id: 'WorkerList' });
/** See {@link workerListSchema}. */
export type WorkerList = z.infer<typeof workerListSchema>;

/** The query of `GET /v1/workers`. */
export const workerQuerySchema = z.strictObject({
  queue: z.string().min(1).max(256).optional().describe('Only those that serve this queue.'),
});
