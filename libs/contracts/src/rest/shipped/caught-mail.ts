import { z } from 'zod';

/** A mail that the embedded stack's mail server took instead of delivering it: a file there, a line of `GET /dev/mail`. */
export const caughtMailSchema = z
  .object({
    id: z.string().describe('Also the name of its file; sorts by the time of arrival.'),
    receivedAt: z.iso.datetime(),
    from: z.string().describe('As the envelope has them.'),
    to: z.array(z.string()),
    subject: z.string(),
    messageId: z.string(),
    text: z.string(),
    html: z.string(),
  })
  .meta({ id: 'CaughtMail' });
export type CaughtMail = z.infer<typeof caughtMailSchema>;

/** 200 of `GET /dev/mail`, newest first. */
export const caughtMailsSchema = z.object({ items: z.array(caughtMailSchema) }).meta({ id: 'CaughtMails' });
export type CaughtMails = z.infer<typeof caughtMailsSchema>;
