import type { DayUsage, OutcomeCounts, ReportQueries, ReportScope } from '@jobstream/projection';
import { durationTable, type ReportBody } from './activity.js';
import type { ReportColumn } from './report-content.js';
import { countText, dayText, shareText } from './wording.js';

/** The jobs of the platform, by type and by day. */
export async function composeUsage(queries: ReportQueries, scope: ReportScope): Promise<ReportBody> {
  const [usage, durations] = await Promise.all([queries.usageByDay(scope), queries.durationsByType(scope)]);
  const days = usage.map(({ day, types }) => ({ day, ...sum(types) }));
  const total = sum(days);
  return {
    figures: [
      { label: 'jobs', value: countText(all(total)) },
      { label: 'succeeded', value: shareText(total.succeeded, all(total)) },
      { label: 'failed for good', value: countText(total.deadLettered) },
    ],
    days,
    tables: [
      {
        heading: 'Jobs by type',
        columns: [{ heading: 'Type', share: 3 }, ...outcomeColumns],
        rows: byType(usage).map(({ type, ...counts }) => [type, ...outcomeCells(counts)]),
        empty: 'There were no jobs in this time.',
      },
      durationTable(durations),
      {
        heading: 'Day by day',
        columns: [{ heading: 'Day (UTC)', share: 2 }, ...outcomeColumns],
        rows: days.map(({ day, ...counts }) => [dayText(day), ...outcomeCells(counts)]),
        empty: '',
      },
    ],
  };
}

const outcomeColumns: readonly ReportColumn[] = ['succeeded', 'dead-lettered', 'other', 'all'].map(
  (heading) => ({ heading, share: 1.5, align: 'right' }),
);

function outcomeCells(counts: OutcomeCounts): string[] {
  return [counts.succeeded, counts.deadLettered, counts.other, all(counts)].map(countText);
}

function byType(usage: readonly DayUsage[]): (OutcomeCounts & { type: string })[] {
  const rows = usage.flatMap(({ types }) => types);
  const names = [...new Set(rows.map(({ type }) => type))].sort();
  return names.map((type) => ({ type, ...sum(rows.filter((row) => row.type === type)) }));
}

function sum(counts: readonly OutcomeCounts[]): OutcomeCounts {
  return counts.reduce<OutcomeCounts>(
    (total, { succeeded, deadLettered, other }) => ({
      succeeded: total.succeeded + succeeded,
      deadLettered: total.deadLettered + deadLettered,
      other: total.other + other,
    }),
    { succeeded: 0, deadLettered: 0, other: 0 },
  );
}

function all({ succeeded, deadLettered, other }: OutcomeCounts): number {
  return succeeded + deadLettered + other;
}
