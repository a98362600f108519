import { z } from 'zod';
import { defineJob, defineQueue } from '../job-definition.js';
import { emailAddressSchema } from './email-address.js';
import { reportTypes } from './report-generate.js';

export const notificationQueue = defineQueue('notification');

/** What people are called: text of one line. */
export const personNameSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'Use no line breaks or control characters.');

const to = emailAddressSchema;

/** Sends one mail. A template and what it needs, never free text: nobody can send what they like to whom they like. */
export const notificationEmail = defineJob({
  type: 'notification.email',
  queue: notificationQueue,
  payload: z.discriminatedUnion('template', [
    z.strictObject({
      to,
      template: z.literal('welcome'),
      data: z.strictObject({ name: personNameSchema.optional() }).default({}),
    }),
    z.strictObject({
      to,
      template: z.literal('report-ready'),
      data: z
        .strictObject({ reportId: z.uuidv7(), reportType: z.enum(reportTypes) })
        .describe("`reportId` is the job's that made it."),
    }),
  ]),
  result: z.strictObject({
    messageId: z
      .string()
      .describe(
        "The mail's `Message-ID`: the same in every attempt of a run, so that a mailbox can tell a mail sent twice.",
      ),
  }),
  retries: 4,
  backoff: ['10s', '60s', '10m'],
  timeout: '60s',
  exclusive: true,
});
