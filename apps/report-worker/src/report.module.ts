import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database, databaseSettingsFromEnv } from '@jobstream/database';
import { ReportQueries } from '@jobstream/projection';
import { readSettings } from '@jobstream/runtime';
import { ObjectStorage, openStorage, storageSettings } from '@jobstream/storage';
import { Recipients, recipientSettings } from './recipients.js';
import { ReportHandler } from './report.handler.js';

/** Reports read many rows. */
const statementTimeoutMs = 60_000;

@Module({
  providers: [
    ReportHandler,
    { provide: ObjectStorage, useFactory: () => openStorage(readSettings(storageSettings, process.env)) },
    {
      provide: Recipients,
      useFactory: () => new Recipients(readSettings(recipientSettings, process.env).MAIL_DOMAIN),
    },
    {
      provide: Database,
      useFactory: () =>
        new Database(databaseSettingsFromEnv(process.env), {
          applicationName: 'jobstream report-worker',
          statementTimeoutMs,
        }),
    },
    {
      provide: ReportQueries,
      inject: [Database],
      useFactory: (database: Database) => new ReportQueries(database),
    },
  ],
})
export class ReportModule implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
