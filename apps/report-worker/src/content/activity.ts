import { jobStates } from '@jobstream/contracts';
import type { ReportQueries, ReportScope, TypeCount, TypeDuration } from '@jobstream/projection';
import type { ReportContent, ReportTable } from './report-content.js';
import { countText, durationText, shareText } from './wording.js';

/** The part of a report that its type decides. */
export type ReportBody = Pick<ReportContent, 'figures' | 'days' | 'tables'>;

/** The outcomes of the jobs of a scope, and how long they took. */
export async function composeActivity(queries: ReportQueries, scope: ReportScope): Promise<ReportBody> {
  const [counts, durations, days] = await Promise.all([
    queries.countsByType(scope),
    queries.durationsByType(scope),
    queries.countsByDay(scope),
  ]);
  const total = sum(counts);
  const succeeded = sum(counts.filter(({ state }) => state === 'succeeded'));
  const failed = sum(counts.filter(({ state }) => state === 'dead_lettered'));
  return {
    figures: [
      { label: 'jobs', value: countText(total) },
      { label: 'succeeded', value: shareText(succeeded, total) },
      { label: 'failed for good', value: countText(failed) },
    ],
    days,
    tables: [stateTable(counts), durationTable(durations)],
  };
}

function sum(counts: readonly TypeCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}

function stateTable(counts: readonly TypeCount[]): ReportTable {
  const types = [...new Set(counts.map(({ type }) => type))];
  const states = jobStates.filter((state) => counts.some((count) => count.state === state));
  return {
    heading: 'Jobs by type and state',
    columns: [
      { heading: 'Type', share: 3 },
      ...states.map((state) => ({
        heading: state.replace('_', '-'),
        share: Math.max(1.3, state.length / 7),
        align: 'right' as const,
      })),
      { heading: 'all', share: 1.2, align: 'right' },
    ],
    rows: types.map((type) => {
      const ofType = counts.filter((count) => count.type === type);
      const cells = states.map((state) => countText(sum(ofType.filter((count) => count.state === state))));
      return [type, ...cells, countText(sum(ofType))];
    }),
    empty: 'There were no jobs in this time.',
  };
}

/** Covers the jobs whose rows are still kept. */
export function durationTable(durations: readonly TypeDuration[]): ReportTable {
  return {
    heading: 'How long successful attempts took',
    columns: [
      { heading: 'Type', share: 3 },
      ...['jobs', 'mean', 'median', '95 % within', 'longest'].map((heading) => ({
        heading,
        share: 1.5,
        align: 'right' as const,
      })),
    ],
    rows: durations.map(({ type, count, meanMs, medianMs, p95Ms, longestMs }) => [
      type,
      countText(count),
      ...[meanMs, medianMs, p95Ms, longestMs].map(durationText),
    ]),
    empty: 'No job has succeeded in this time.',
  };
}
