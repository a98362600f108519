import { z } from 'zod';
import { freeText } from '../../free-text.js';
import { timeSchema } from '../jobs/job-view.js';

/** What is counted of jobs over time. */
export const throughputSteps = [
  'accepted',
  'succeeded',
  'dead_lettered',
  'expired',
  'cancelled',
  'retried',
] as const;
export type ThroughputStep = (typeof throughputSteps)[number];

/** The lengths that a part of time may have. */
export const throughputPartLengths = ['10s', '1m', '5m', '10m', '1h', '1d'] as const;
export type ThroughputPartLength = (typeof throughputPartLengths)[number];

/** `GET /v1/throughput`: what became of jobs since a time of the last day. */
export const throughputQuerySchema = z.strictObject({
  type: freeText(200).optional().describe('Of jobs of this type.'),
  queue: freeText(41).optional().describe('Of jobs of this queue.'),
  since: timeSchema
    .optional()
    .describe('Since this time, at most a day ago: earlier counts are gone. Default: 15 minutes ago.'),
  step: z
    .enum(throughputPartLengths)
    .optional()
    .describe(
      'The length of each part. Default: the shortest of 10s, 1m, 10m and 1h that makes 200 parts or fewer.',
    ),
});

const counts = z.object({
  accepted: z.int().describe('Jobs that were accepted.'),
  succeeded: z.int(),
  dead_lettered: z.int(),
  expired: z.int(),
  cancelled: z.int(),
  retried: z.int().describe('Attempts that failed and are tried again.'),
});

/** 200 of `GET /v1/throughput`. */
export const throughputViewSchema = z
  .object({
    since: z.iso.datetime().describe('When the first part begins: a whole number of ten seconds.'),
    until: z.iso.datetime().describe('When it was counted: the last part is not over yet.'),
    stepSeconds: z.int(),
    totals: counts.describe('Of all parts together.'),
    items: z
      .array(counts.extend({ at: z.iso.datetime().describe('When the part begins.') }))
      .describe('All parts, the oldest first, also those in which nothing happened.'),
  })
  .meta({ id: 'ThroughputView' });
export type ThroughputView = z.infer<typeof throughputViewSchema>;
