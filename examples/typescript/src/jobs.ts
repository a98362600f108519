import { defineJob, defineQueue, exponentialBackoff } from '@jobstream/client';
import * as z from 'zod';

/** Sends an invoice to its customer, and has a reminder follow. */
export const sendInvoice = defineJob({
  type: 'invoice.send',
  queue: defineQueue('invoices'),
  payload: z.strictObject({ id: z.string().min(1), email: z.email() }),
  result: z.object({ pages: z.int() }),
  retries: 5,
  backoff: exponentialBackoff('1s', 5, '10m'),
  timeout: '30s',
});

/** Reminds a customer of an invoice. Its queue is another one: reminders hold up no invoice. */
export const remindOfInvoice = defineJob({
  type: 'invoice.remind',
  queue: defineQueue('reminders'),
  payload: z.strictObject({ id: z.string().min(1), email: z.email() }),
  result: z.null(),
});
