// Connections, entities and migrations: all that knows Postgres is here and in the stages' SQL.
export {
  databaseSettingsFromEnv,
  DatabaseSettingsError,
  quoteName,
  schemasOf,
  type DatabaseSettings,
  type Schemas,
} from './settings.js';
export {
  codeOf,
  DatabaseUnreachableError,
  isContention,
  isPermanent,
  isUnavailable,
  oldestPostgres,
  PostgresTooOldError,
} from './errors.js';
export { Database, type Answer, type DatabaseOptions, type Session, type Statement } from './database.js';
export { GatheredCalls } from './gathered-calls.js';
export { createDataSource, type SchemaKind } from './data-source.js';
export { migrate, migrateProjection, migrationsLock } from './migrate.js';
export { JobEntity } from './projection/job.entity.js';
export { JobTransitionEntity } from './projection/job-transition.entity.js';
export { CheckpointEntity } from './projection/checkpoint.entity.js';
export { RejectedRecordEntity } from './projection/rejected-record.entity.js';
export { IdempotencyKeyEntity } from './operations/idempotency-key.entity.js';
export { ScheduleEntity } from './operations/schedule.entity.js';
export { ScheduleFiringEntity } from './operations/schedule-firing.entity.js';
export { DelayedJobEntity } from './operations/delayed-job.entity.js';
export { ClaimEntity } from './operations/claim.entity.js';
export { DailyStatisticEntity } from './operations/daily-statistic.entity.js';
export { RebuildEntity } from './operations/rebuild.entity.js';
export { LimitSlotEntity } from './operations/limit-slot.entity.js';
export { RateGrantEntity } from './operations/rate-grant.entity.js';
export { ReadPositionEntity } from './operations/read-position.entity.js';
export { ReplayEntity } from './operations/replay.entity.js';
export { ReplayJobEntity } from './operations/replay-job.entity.js';
export { ApiKeyEntity } from './operations/api-key.entity.js';
export { AuditEntryEntity } from './operations/audit-entry.entity.js';
