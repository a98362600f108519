import { DataSource } from 'typeorm';
import { migrations, migrationsTable, type SchemaKind } from './migrations.js';
import { ApiKeyEntity } from './operations/api-key.entity.js';
import { AuditEntryEntity } from './operations/audit-entry.entity.js';
import { ClaimEntity } from './operations/claim.entity.js';
import { DailyStatisticEntity } from './operations/daily-statistic.entity.js';
import { DelayedJobEntity } from './operations/delayed-job.entity.js';
import { IdempotencyKeyEntity } from './operations/idempotency-key.entity.js';
import { LimitSlotEntity } from './operations/limit-slot.entity.js';
import { RateGrantEntity } from './operations/rate-grant.entity.js';
import { ReadPositionEntity } from './operations/read-position.entity.js';
import { ReplayEntity } from './operations/replay.entity.js';
import { ReplayJobEntity } from './operations/replay-job.entity.js';
import { RebuildEntity } from './operations/rebuild.entity.js';
import { ScheduleFiringEntity } from './operations/schedule-firing.entity.js';
import { ScheduleEntity } from './operations/schedule.entity.js';
import { CheckpointEntity } from './projection/checkpoint.entity.js';
import { JobEntity } from './projection/job.entity.js';
import { JobTransitionEntity } from './projection/job-transition.entity.js';
import { RejectedRecordEntity } from './projection/rejected-record.entity.js';
import { statingSession, unlimited } from './session-settings.js';

const entities = {
  projection: [JobEntity, JobTransitionEntity, CheckpointEntity, RejectedRecordEntity],
  operations: [
    IdempotencyKeyEntity,
    ScheduleEntity,
    ScheduleFiringEntity,
    DelayedJobEntity,
    ReadPositionEntity,
    DailyStatisticEntity,
    ReplayEntity,
    ReplayJobEntity,
    ApiKeyEntity,
    AuditEntryEntity,
    RebuildEntity,
    ClaimEntity,
    LimitSlotEntity,
    RateGrantEntity,
  ],
};

/** TypeORM's view of one schema, not connected yet. */
export function createDataSource(url: string, kind: SchemaKind, schema: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema,
    entities: entities[kind],
    migrations: migrations[kind],
    migrationsTableName: migrationsTable,
    synchronize: false,
    logging: false,
    installExtensions: false,
    applicationName: 'jobstream migrations',
    extra: {
      ...statingSession(url, unlimited),
      max: 1,
      connectionTimeoutMillis: 5_000,
    },
  });
}
