import { defineJob, defineQueue, exponentialBackoff } from '@jobstream/client';
import * as z from 'zod';

const invoices = defineQueue('invoices');

/** Sends an invoice to its customer, and has a reminder follow. */
export const sendInvoice = defineJob({
  type: 'invoice.send',
  queue: invoices,
  payload: z.strictObject({ id: z.string().min(1), email: z.email() }),
  result: z.object({ pages: z.int() }),
  retries: 5,
  backoff: exponentialBackoff('1s', 5, '10m'),
  timeout: '30s',
});

/** Reminds a customer of an invoice. */
export const remindOfInvoice = defineJob({
  type: 'invoice.remind',
  queue: invoices,
  payload: z.strictObject({ id: z.string().min(1), email: z.email() }),
  result: z.null(),
});
