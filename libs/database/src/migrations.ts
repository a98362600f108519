import { CreateIdempotencyKeys1763800000000 } from './operations/migrations/1763800000000-create-idempotency-keys.js';
import { CreateSchedules1763820000000 } from './operations/migrations/1763820000000-create-schedules.js';
import { CreateDailyStatistics1763830000000 } from './operations/migrations/1763830000000-create-daily-statistics.js';
import { CreateLimits1763850000000 } from './operations/migrations/1763850000000-create-limits.js';
import { CreateReplays1763870000000 } from './operations/migrations/1763870000000-create-replays.js';
import { CreateApiKeys1763860000000 } from './operations/migrations/1763860000000-create-api-keys.js';
import { CreateRebuilds1763880000000 } from './operations/migrations/1763880000000-create-rebuilds.js';
import { CountDeaths1763900000000 } from './operations/migrations/1763900000000-count-deaths.js';
import { RestRefusedRows1763910000000 } from './operations/migrations/1763910000000-rest-refused-rows.js';
import { CreateClaims1763840000000 } from './operations/migrations/1763840000000-create-claims.js';
import { TellNamesakesApart1763920000000 } from './operations/migrations/1763920000000-tell-namesakes-apart.js';
import { CreateEndpoints1763940000000 } from './operations/migrations/1763940000000-create-endpoints.js';
import { CreateWebhooks1763950000000 } from './operations/migrations/1763950000000-create-webhooks.js';
import { CreateFlows1763980000000 } from './operations/migrations/1763980000000-create-flows.js';
import { CreateUniqueKeys1763960000000 } from './operations/migrations/1763960000000-create-unique-keys.js';
import { CreateJobLogs1763970000000 } from './operations/migrations/1763970000000-create-job-logs.js';
import { RunActions1764000000000 } from './operations/migrations/1764000000000-run-actions.js';
import { CreateErrorMarks1764020000000 } from './operations/migrations/1764020000000-create-error-marks.js';
import { CreateProjection1763800000000 } from './projection/migrations/1763800000000-create-projection.js';
import { MarkCarriedJobs1763880000000 } from './projection/migrations/1763880000000-mark-carried-jobs.js';
import { AddFlowAndParent1763970000000 } from './projection/migrations/1763970000000-add-flow-and-parent.js';
import { IndexFlow1763990000000 } from './projection/migrations/1763990000000-index-flow.js';
import { AddNotify1763960000000 } from './projection/migrations/1763960000000-add-notify.js';
import { CreateThroughput1764000000000 } from './projection/migrations/1764000000000-create-throughput.js';
import { CreateErrorGroups1764020000000 } from './projection/migrations/1764020000000-create-error-groups.js';
import { CreateSearchEntries1764030000000 } from './projection/migrations/1764030000000-create-search-entries.js';
import { AddTraceId1763890000000 } from './projection/migrations/1763890000000-add-trace-id.js';

/** By kind of schema, the steps to its present state. They are only ever appended to. */
export const migrations = {
  projection: [
    CreateProjection1763800000000,
    MarkCarriedJobs1763880000000,
    AddTraceId1763890000000,
    AddNotify1763960000000,
    AddFlowAndParent1763970000000,
    IndexFlow1763990000000,
    CreateThroughput1764000000000,
    CreateErrorGroups1764020000000,
    CreateSearchEntries1764030000000,
  ],
  operations: [
    CreateIdempotencyKeys1763800000000,
    CreateSchedules1763820000000,
    CreateDailyStatistics1763830000000,
    CreateLimits1763850000000,
    CreateReplays1763870000000,
    CreateApiKeys1763860000000,
    CreateRebuilds1763880000000,
    CreateClaims1763840000000,
    CountDeaths1763900000000,
    RestRefusedRows1763910000000,
    TellNamesakesApart1763920000000,
    CreateEndpoints1763940000000,
    CreateWebhooks1763950000000,
    CreateUniqueKeys1763960000000,
    CreateJobLogs1763970000000,
    CreateFlows1763980000000,
    RunActions1764000000000,
    CreateErrorMarks1764020000000,
  ],
};

/** `projection` or `operations`. */
export type SchemaKind = keyof typeof migrations;

/** Where a schema keeps the names of the steps that it has behind it. */
export const migrationsTable = 'migrations';
