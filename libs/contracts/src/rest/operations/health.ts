import { z } from 'zod';

/** One part of a process that was asked how it is. */
const checkSchema = z.object({
  ok: z.boolean(),
  why: z
    .string()
    .optional()
    .describe(
      'What is wrong, where it is not ok. It and `detail` are shown to keys with `read` only, and where no key is needed.',
    ),
  detail: z.unknown().optional(),
});

/** `GET /health/ready`: with 200 where the process can do its work, with 503 where it can not or is stopping. */
export const healthReportSchema = z
  .object({
    ready: z.boolean(),
    draining: z.boolean().describe('It takes no new work, and ends once its running work has ended.'),
    checks: z.record(z.string(), checkSchema).describe('By the name of the part.'),
  })
  .meta({ id: 'HealthReport' });
export type HealthReport = z.infer<typeof healthReportSchema>;
