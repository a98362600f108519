import { z } from 'zod';
import { queueViewSchema } from './queue-view.js';

/** What a queue has done so far, counted in records of its log. Two frames tell how fast it goes. */
export const queueTotalsSchema = z
  .object({
    came: z.int().describe('Requests: new jobs, delayed ones that were due, further runs.'),
    finished: z.int().describe('Of these: whose first attempt is over, however it ended.'),
    retried: z.int().describe('Retries that wait or waited in its retry lanes.'),
    deadLettered: z.int(),
  })
  .meta({ id: 'QueueTotals' });
export type QueueTotals = z.infer<typeof queueTotalsSchema>;

/** A queue in a frame. */
export const queueFrameSchema = queueViewSchema
  .omit({ lanes: true, limits: true })
  .extend({
    backlog: z.int().describe('The lag of its request lanes: what is not finished of what came.'),
    totals: queueTotalsSchema,
  })
  .meta({ id: 'QueueFrame' });
export type QueueFrame = z.infer<typeof queueFrameSchema>;

/** What is told of all queues once a second. */
export const liveFrameSchema = z
  .object({
    at: z.iso.datetime().nullable().describe("By the broker's clock; null until it is known."),
    statusBehind: z
      .int()
      .nullable()
      .describe('Records of the log that the status does not have yet; null while that is not known.'),
    queues: z.array(queueFrameSchema).describe('By name.'),
  })
  .meta({ id: 'LiveFrame' });
export type LiveFrame = z.infer<typeof liveFrameSchema>;

/** What all queues had done at an earlier time. */
export const pastFrameSchema = z
  .object({
    secondsAgo: z.number(),
    queues: z.array(z.object({ queue: z.string(), totals: queueTotalsSchema })),
  })
  .meta({ id: 'PastFrame' });
export type PastFrame = z.infer<typeof pastFrameSchema>;

/** Why there is no frame at present. */
export interface LiveTrouble {
  readonly code: string;
  readonly detail: string;
}

/** An event of `GET /v1/live`, by its name. */
export type LiveEvent =
  | { readonly kind: 'past'; readonly data: readonly PastFrame[] }
  | { readonly kind: 'frame'; readonly data: LiveFrame }
  | { readonly kind: 'trouble'; readonly data: LiveTrouble };
