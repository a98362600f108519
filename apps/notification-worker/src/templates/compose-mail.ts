import type { PayloadOf } from '@jobstream/contracts';
import type { notificationEmail } from '@jobstream/jobs';
import type { MailContent } from './mail-content.js';
import { reportReady } from './report-ready.js';
import { welcome } from './welcome.js';

/** Composes a mail by its template. Its links begin with `publicUrl`. */
export function composeMail(mail: PayloadOf<typeof notificationEmail>, publicUrl: string): MailContent {
  switch (mail.template) {
    case 'welcome':
      return welcome(mail.data);
    case 'report-ready':
      return reportReady(mail.data, publicUrl);
  }
}
