import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { readSettings } from '@jobstream/runtime';
import { ObjectStorage, openStorage, storageSettings } from '@jobstream/storage';
import { CleanupExpiredTokensHandler } from './cleanup-expired-tokens.handler.js';
import { CleanupOldFilesHandler } from './cleanup-old-files.handler.js';
import { CleanupOldRecordsHandler } from './cleanup-old-records.handler.js';
import { DailyStatsHandler } from './daily-stats.handler.js';
import { HealthCheckHandler } from './health-check.handler.js';
import { MaintenanceParts } from './maintenance-parts.js';

@Module({
  providers: [
    CleanupExpiredTokensHandler,
    CleanupOldFilesHandler,
    CleanupOldRecordsHandler,
    DailyStatsHandler,
    HealthCheckHandler,
    { provide: MaintenanceParts, useFactory: () => new MaintenanceParts(process.env) },
    { provide: ObjectStorage, useFactory: () => openStorage(readSettings(storageSettings, process.env)) },
  ],
})
export class MaintenanceModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly parts: MaintenanceParts) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.parts.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.stop();
  }
}
