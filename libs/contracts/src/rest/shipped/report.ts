import { z } from 'zod';
import {
  asciiAddressOf,
  domainPattern,
  localPartPattern,
  maxAddressCharacters,
  maxLocalCharacters,
} from '../fields/email-address.js';

/**
 * The content of a report, about the 30 days before it was asked for:
 * - `activity`: the jobs submitted for the user, by state and type, and how long they took;
 * - `failures`: those of them that were dead-lettered, and why;
 * - `usage`: the jobs of the whole platform, by type and day, from the beginning of a day in UTC; days that `daily-stats` has
 *   counted as it counted them.
 */
export const reportTypes = ['activity', 'failures', 'usage'] as const;
export type ReportType = (typeof reportTypes)[number];

const userIdFault =
  'Give a mail address, or 1 to 64 letters, digits, dashes, underscores, plus signs, single dots and apostrophes, beginning with a letter or digit and not ending with a dot or apostrophe.';

/**
 * The person a report is for, as jobs name them in `submittedFor`. A mail address, or a name that the platform's mail domain completes. A
 * name begins with a letter or digit, so that it is no option of a command and no formula of a spreadsheet.
 */
export const userIdSchema = z
  .string()
  .max(maxAddressCharacters)
  .regex(/^[A-Za-z0-9]/, { error: userIdFault, abort: true })
  .regex(new RegExp(`^${localPartPattern}(?:@${domainPattern})?$`), { error: userIdFault, abort: true })
  .refine((id) => id.split('@', 1)[0]!.length <= maxLocalCharacters, { error: userIdFault, abort: true })
  .refine(
    (id) => !id.includes('@') || asciiAddressOf(id) !== undefined,
    'Give a domain that mail can be sent to.',
  );

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
export type ReportRequest = z.infer<typeof reportRequestSchema>;
