import { Module } from '@nestjs/common';
import { provideFrom } from '@jobstream/platform';
import { EmailHandler } from './email.handler.js';
import { Mailer, mailSettings } from './mailer.js';

@Module({
  providers: [EmailHandler, provideFrom(mailSettings, Mailer, (settings) => new Mailer(settings))],
})
export class NotificationModule {}
