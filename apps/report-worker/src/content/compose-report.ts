import type { PayloadOf } from '@jobstream/contracts';
import type { reportGenerate } from '@jobstream/jobs';
import type { ReportQueries, ReportScope } from '@jobstream/projection';
import { composeActivity } from './activity.js';
import { composeFailures } from './failures.js';
import type { ReportContent } from './report-content.js';
import { composeUsage } from './usage.js';
import { dateText, timeText } from './wording.js';

const dayMs = 24 * 3_600_000;
const periodMs = 30 * dayMs;

/**
 * Reads what a report of the 30 days before `until` shows. The usage begins with a whole day in UTC: that is how finished days
 * were counted.
 */
export async function composeReport(
  queries: ReportQueries,
  { userId, reportType }: PayloadOf<typeof reportGenerate>,
  until: Date,
): Promise<ReportContent> {
  const began = until.getTime() - periodMs;
  const since = new Date(reportType === 'usage' ? began - (began % dayMs) : began);
  const frame = { until, period: `${dateText(since)} to ${timeText(until)}` };
  const everybody: ReportScope = { since, until };
  const own: ReportScope = { ...everybody, submittedFor: userId };
  switch (reportType) {
    case 'activity':
      return {
        ...frame,
        title: 'Activity',
        about: `Jobs submitted for ${userId}`,
        ...(await composeActivity(queries, own)),
      };
    case 'failures':
      return {
        ...frame,
        title: 'Failures',
        about: `Jobs submitted for ${userId} that failed for good`,
        ...(await composeFailures(queries, own)),
      };
    case 'usage':
      return {
        ...frame,
        title: 'Usage',
        about: 'All jobs of the platform',
        ...(await composeUsage(queries, everybody)),
      };
  }
}
