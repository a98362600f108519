import type { ReportQueries, ReportScope } from '@jobstream/projection';
import { composeActivity, type ReportBody } from './activity.js';
import { countText, dayText } from './wording.js';

/** What the platform did, day by day. */
export async function composeUsage(queries: ReportQueries, scope: ReportScope): Promise<ReportBody> {
  const activity = await composeActivity(queries, scope);
  return {
    ...activity,
    tables: [
      ...activity.tables,
      {
        heading: 'Day by day',
        columns: [
          { heading: 'Day (UTC)', share: 2 },
          ...['succeeded', 'dead-lettered', 'other', 'all'].map((heading) => ({
            heading,
            share: 1.5,
            align: 'right' as const,
          })),
        ],
        rows: activity.days.map(({ day, succeeded, deadLettered, other }) => [
          dayText(day),
          ...[succeeded, deadLettered, other, succeeded + deadLettered + other].map(countText),
        ]),
        empty: '',
      },
    ],
  };
}
