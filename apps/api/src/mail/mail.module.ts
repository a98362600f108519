import { Module, type DynamicModule } from '@nestjs/common';
import { readSettings, type ProcessContext } from '@jobstream/runtime';
import { z } from 'zod';
import { CaughtMails } from './caught-mails.js';
import { MailController } from './mail.controller.js';

/** The folder in which the embedded stack's mail server keeps the mails it catches; not set anywhere else. */
const mailSettings = z.object({ CAUGHT_MAIL_DIR: z.string().optional() });

/** The page of caught mails. It exists only where mails are caught. */
@Module({})
export class MailModule {
  static of({ environment }: ProcessContext): DynamicModule {
    const { CAUGHT_MAIL_DIR } = readSettings(mailSettings, environment);
    if (CAUGHT_MAIL_DIR === undefined) return { module: MailModule };
    return {
      module: MailModule,
      controllers: [MailController],
      providers: [{ provide: CaughtMails, useValue: new CaughtMails(CAUGHT_MAIL_DIR) }],
    };
  }
}
