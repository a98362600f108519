import { Module } from '@nestjs/common';
import { Database } from '@jobstream/database';
import { provide, provideFrom } from '@jobstream/platform';
import { preparedStorageProvider } from '@jobstream/platform/storage';
import { ReportQueries } from '@jobstream/projection';
import { Recipients, recipientSettings } from './recipients.js';
import { ReportHandler } from './report.handler.js';

@Module({
  providers: [
    ReportHandler,
    preparedStorageProvider,
    provide(ReportQueries, [Database]),
    provideFrom(recipientSettings, Recipients, ({ MAIL_DOMAIN }) => new Recipients(MAIL_DOMAIN)),
  ],
})
export class ReportModule {}
