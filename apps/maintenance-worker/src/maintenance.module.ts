import { Module } from '@nestjs/common';
import { ApiKeyStore, AuditStore } from '@jobstream/access';
import { isFinal, Topics } from '@jobstream/contracts';
import { Database, type DatabaseSettings } from '@jobstream/database';
import { ClaimStore } from '@jobstream/execution';
import { FlowArchive, Flows } from '@jobstream/flows';
import { JobTypeBook } from '@jobstream/job-types';
import { JobIntake, KeyStore, UniqueJobs } from '@jobstream/intake';
import { BrokerClock, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { databaseSettingsToken, provide, provideFrom } from '@jobstream/platform';
import { preparedStorageProvider } from '@jobstream/platform/storage';
import {
  DailyStatistics,
  JobLogRows,
  JobQueries,
  NeededJobs,
  OldJobs,
  ErrorGroups,
  Throughput,
  ProjectionPositions,
  ProjectionProgress,
  ReportQueries,
} from '@jobstream/projection';
import { FiringStore } from '@jobstream/scheduling';
import { UniqueKeyReaper, type FindEnded } from '@jobstream/unique-keys';
import { Registry } from 'prom-client';
import { CleanupExpiredTokensHandler } from './cleanup-expired-tokens.handler.js';
import { CleanupOldFilesHandler } from './cleanup-old-files.handler.js';
import { CleanupOldRecordsHandler } from './cleanup-old-records.handler.js';
import { CurrentProjection } from './current-projection.js';
import { DailyStatsHandler } from './daily-stats.handler.js';
import { HealthCheckHandler } from './health-check.handler.js';
import { MakeFlowHandler } from './make-flow.handler.js';
import { MakeJobHandler } from './make-job.handler.js';
import { NeededUploads } from './needed-uploads.js';
import { RecordReaders } from './old-records/record-readers.js';
import { retentionSettings, retentionToken } from './retention.js';

/** How the maintenance jobs reach Postgres: counting a day, or deleting old rows, reads many rows. */
export const maintenanceDatabase = { statementTimeoutMs: 60_000 };

/** The maintenance jobs, and the stores that they clean and count. */
@Module({
  providers: [
    CleanupExpiredTokensHandler,
    CleanupOldFilesHandler,
    CleanupOldRecordsHandler,
    DailyStatsHandler,
    HealthCheckHandler,
    MakeFlowHandler,
    MakeJobHandler,
    CurrentProjection,
    NeededUploads,
    preparedStorageProvider,
    provideFrom(retentionSettings, retentionToken, (settings) => settings),
    provide(JobIntake, {
      producer: RecordProducer,
      topics: Topics,
      jobTypes: JobTypeBook,
      uniqueJobs: UniqueJobs,
    }),
    provide(UniqueJobs, [Database, BrokerClock, Registry]),
    {
      provide: KeyStore,
      inject: [Database],
      useFactory: (database: Database) => new KeyStore(database, database.operations),
    },
    {
      provide: UniqueKeyReaper,
      inject: [Database, JobQueries, Registry],
      useFactory: createReaper,
    },
    provide(FiringStore, [Database]),
    provide(FlowArchive, [Database]),
    provide(Flows, { database: Database, intake: JobIntake, metrics: Registry }),
    provide(ClaimStore, [Database]),
    provide(ApiKeyStore, [Database]),
    provide(AuditStore, [Database]),
    provide(JobQueries, [Database]),
    provide(NeededJobs, [Database]),
    provide(OldJobs, [Database]),
    provide(JobLogRows, [Database]),
    provide(Throughput, [Database]),
    provide(ErrorGroups, [Database]),
    provide(ProjectionProgress, [Database]),
    provide(ReportQueries, [Database]),
    provide(DailyStatistics, [Database]),
    {
      provide: ProjectionPositions,
      inject: [Database, databaseSettingsToken],
      useFactory: (database: Database, { schemas }: DatabaseSettings) =>
        new ProjectionPositions(database, schemas),
    },
    provide(RecordReaders, {
      topics: Topics,
      admin: TopicAdmin,
      database: Database,
      projections: ProjectionPositions,
    }),
  ],
})
export class MaintenanceModule {}

function createReaper(database: Database, queries: JobQueries, metrics: Registry): UniqueKeyReaper {
  const findEnded: FindEnded = async (ids) => {
    const standings = [...(await queries.standings(ids))];
    return new Set(standings.filter(([, { state }]) => isFinal(state)).map(([id]) => id));
  };
  return new UniqueKeyReaper(database, findEnded, metrics);
}
