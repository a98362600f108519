import { z } from 'zod';
import { pageCursor, pageLimit } from '../fields/page-query.js';

/** `GET /v1/audit`. */
export const auditQuerySchema = z
  .strictObject({
    keyId: z.uuid().optional().describe('Only requests with this API key.'),
    limit: pageLimit(200, 50),
    cursor: pageCursor,
  })
  .meta({ id: 'AuditQuery' });
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** One request that changed something or was not allowed to. Holds neither bodies nor secrets. */
export const auditEntrySchema = z
  .object({
    at: z.iso.datetime().describe('When it was answered.'),
    who: z.string().nullable().describe('The owner of the API key; null where none is needed.'),
    keyId: z.uuidv7().nullable(),
    action: z
      .string()
      .describe(
        'Method and route, e.g. `PUT /v1/schedules/:name`; `audit.dropped` for a gap in the audit itself; `create-key` for the command; `webhook.switched-off` for a webhook that had failed for days.',
      ),
    target: z
      .string()
      .describe(
        'The path of what was changed or made; of a gap, how many entries are missing; of refusals that came within a minute of one like them, how many: `17 more`.',
      ),
    requestId: z.string().describe('As `instance` names the request in problems, and the log.'),
    status: z.int().describe('The HTTP status of the answer.'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** 200 of `GET /v1/audit`: newest first. */
export const auditPageSchema = z
  .object({
    items: z.array(auditEntrySchema),
    next: z.string().nullable().describe('The cursor of the following page, null on the last.'),
  })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof auditPageSchema>;
