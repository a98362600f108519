import { Module } from '@nestjs/common';
import { readSettings } from '@jobstream/runtime';
import { EmailHandler } from './email.handler.js';
import { Mailer, mailSettings } from './mailer.js';

@Module({
  providers: [
    EmailHandler,
    { provide: Mailer, useFactory: () => new Mailer(readSettings(mailSettings, process.env)) },
  ],
})
export class NotificationModule {}
