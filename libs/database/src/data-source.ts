import { DataSource } from 'typeorm';
import { CreateIdempotencyKeys1763800000000 } from './operations/migrations/1763800000000-create-idempotency-keys.js';
import { CreateSchedules1763820000000 } from './operations/migrations/1763820000000-create-schedules.js';
import { CreateDailyStatistics1763830000000 } from './operations/migrations/1763830000000-create-daily-statistics.js';
import { CreateLimits1763850000000 } from './operations/migrations/1763850000000-create-limits.js';
import { CreateReplays1763870000000 } from './operations/migrations/1763870000000-create-replays.js';
import { CreateApiKeys1763860000000 } from './operations/migrations/1763860000000-create-api-keys.js';
import { ApiKeyEntity } from './operations/api-key.entity.js';
import { AuditEntryEntity } from './operations/audit-entry.entity.js';
import { CreateRebuilds1763880000000 } from './operations/migrations/1763880000000-create-rebuilds.js';
import { CreateClaims1763840000000 } from './operations/migrations/1763840000000-create-claims.js';
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
import { CreateProjection1763800000000 } from './projection/migrations/1763800000000-create-projection.js';
import { MarkCarriedJobs1763880000000 } from './projection/migrations/1763880000000-mark-carried-jobs.js';
import { AddTraceId1763890000000 } from './projection/migrations/1763890000000-add-trace-id.js';
import { RejectedRecordEntity } from './projection/rejected-record.entity.js';

/** What each kind of schema holds. Migrations are only ever appended. */
const contents = {
  projection: {
    entities: [JobEntity, JobTransitionEntity, CheckpointEntity, RejectedRecordEntity],
    migrations: [CreateProjection1763800000000, MarkCarriedJobs1763880000000, AddTraceId1763890000000],
  },
  operations: {
    entities: [
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
    migrations: [
      CreateIdempotencyKeys1763800000000,
      CreateSchedules1763820000000,
      CreateDailyStatistics1763830000000,
      CreateLimits1763850000000,
      CreateReplays1763870000000,
      CreateApiKeys1763860000000,
      CreateRebuilds1763880000000,
      CreateClaims1763840000000,
    ],
  },
};

/** `projection` or `operations`. */
export type SchemaKind = keyof typeof contents;

/**
 * TypeORM's view of one schema: its entities and migrations, never `synchronize`. Not connected yet.
 * @param schema its name, not quoted: several schemas of a kind can stand side by side
 */
export function createDataSource(url: string, kind: SchemaKind, schema: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema,
    ...contents[kind],
    migrationsTableName: 'migrations',
    synchronize: false,
    logging: false,
    installExtensions: false,
    applicationName: 'jobstream migrations',
    extra: { max: 1, connectionTimeoutMillis: 5_000 },
  });
}
