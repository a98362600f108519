import { z } from 'zod';
import { reportTypes, userIdSchema } from '../jobs/report-generate.js';

/** `POST /reports`: asks for a report. A user's id may be a number too. */
export const reportRequestSchema = z
  .strictObject({
    user_id: z.union([userIdSchema, z.int().min(0)], {
      error:
        'Give a mail address, a whole number, or a name of letters, digits, dashes, underscores, dots and apostrophes.',
    }),
    report_type: z.enum(reportTypes),
  })
  .meta({ id: 'ReportRequest' });
/** See {@link reportRequestSchema}. */
export type ReportRequest = z.infer<typeof reportRequestSchema>;
