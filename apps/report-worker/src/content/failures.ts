import type { FailedJob, FailureCause, ReportQueries, ReportScope } from '@jobstream/projection';
import type { ReportBody } from './activity.js';
import type { ReportTable } from './report-content.js';
import { countText, shareText, timeText } from './wording.js';

/** Failed jobs that are listed one by one. */
const maxListed = 500;

/** Which jobs of a scope ended as dead letters, and why. */
export async function composeFailures(queries: ReportQueries, scope: ReportScope): Promise<ReportBody> {
  const [causes, failed, days] = await Promise.all([
    queries.failureCauses(scope),
    queries.failedJobs(scope, maxListed),
    queries.countsByDay(scope),
  ]);
  const total = causes.reduce((sum, { count }) => sum + count, 0);
  const all = days.reduce((sum, day) => sum + day.succeeded + day.deadLettered + day.other, 0);
  return {
    figures: [
      { label: 'failed for good', value: countText(total) },
      { label: 'of all jobs', value: shareText(total, all) },
      { label: 'different causes', value: countText(causes.length) },
    ],
    days,
    tables: [causeTable(causes), failedTable(failed, total)],
  };
}

function causeTable(causes: readonly FailureCause[]): ReportTable {
  return {
    heading: 'Causes',
    columns: [
      { heading: 'Type', share: 3 },
      { heading: 'Reason', share: 2 },
      { heading: 'Error', share: 3 },
      { heading: 'jobs', share: 1, align: 'right' },
    ],
    rows: causes.map(({ type, reason, code, count }) => [
      type,
      reason.replaceAll('_', ' '),
      code,
      countText(count),
    ]),
    empty: 'No job has failed for good in this time.',
  };
}

function failedTable(failed: readonly FailedJob[], total: number): ReportTable {
  const isCut = failed.length < total;
  return {
    heading: isCut ? `The newest ${countText(failed.length)} of ${countText(total)} jobs` : 'The jobs',
    columns: [
      { heading: 'When', share: 2.7 },
      { heading: 'Job', share: 4.4 },
      { heading: 'Error', share: 4.4 },
    ],
    rows: failed.map(({ at, id, code, message }) => [timeText(at), id, `${code}: ${message}`]),
    empty: 'None.',
  };
}
