import type { DefinedHandler } from '@jobstream/worker';
import { remindOfInvoice, sendInvoice } from './jobs.js';
import type { MailServer } from './mail-server.js';

const linesOfPage = 40;

/** The handlers of this worker, with what they need. */
export function handlersWith(mail: MailServer): DefinedHandler[] {
  return [
    sendInvoice.handle(async ({ id, email }, ctx) => {
      const pages = Math.ceil(id.length / linesOfPage);
      ctx.progress({ written: pages });
      await mail.deliver(`Invoice ${id} for ${email}`, ctx.attempt, ctx.signal);
      ctx.enqueue(remindOfInvoice, { id, email }, { delay: '14d' });
      ctx.logger.info({ pages }, 'invoice sent');
      return { pages };
    }),
    remindOfInvoice.handle(async ({ id, email }, ctx) => {
      // A letter that follows another one is taken at once.
      await mail.deliver(`Reminder of ${id} for ${email}`, ctx.attempt + 1, ctx.signal);
      return null;
    }),
  ];
}
