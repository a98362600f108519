import { z } from 'zod';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { emailAddressSchema, personNameSchema, reportTypes } from '@jobstream/contracts/rest';

export const notificationQueue = defineQueue('notification');

const to = emailAddressSchema;

/** Sends one mail: a template with its data, never free text, so that the platform cannot be used to send spam. */
export const notificationEmail = defineJob({
  type: 'notification.email',
  queue: notificationQueue,
  payload: z.discriminatedUnion('template', [
    z
      .strictObject({
        to,
        template: z.literal('welcome'),
        data: z.strictObject({ name: personNameSchema.optional() }).default({}),
      })
      .meta({ id: 'WelcomeMail' }),
    z
      .strictObject({
        to,
        template: z.literal('report-ready'),
        data: z
          .strictObject({ reportId: z.uuidv7(), reportType: z.enum(reportTypes) })
          .describe("`reportId` is the job's that made it."),
      })
      .meta({ id: 'ReportReadyMail' }),
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
