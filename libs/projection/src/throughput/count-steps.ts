import { throughputSteps } from '@jobstream/contracts/rest';
import { isCounted, writer } from '../rows/counted-rows.js';
import { arraysOf, column, namesOf, sqlTypes, type Column } from '../rows/table-columns.js';
import { foldColumns } from '../rows/jobs-table.js';
import { bucketMs, type TalliedBucket } from './step-tally.js';

/** The columns of what was tallied. */
const talliedColumns: readonly Column<TalliedBucket>[] = [
  column('at', 'bigint', ({ at }) => at),
  column('type', 'text', ({ type }) => type),
  column('queue', 'text', ({ queue }) => queue),
  column('succeeded', 'int', ({ succeeded }) => succeeded),
  column('dead_lettered', 'int', ({ dead_lettered }) => dead_lettered),
  column('expired', 'int', ({ expired }) => expired),
  column('cancelled', 'int', ({ cancelled }) => cancelled),
  column('retried', 'int', ({ retried }) => retried),
];

/** How many {@link tallyValues} there are. */
export const tallyWidth = talliedColumns.length;

/** The values for {@link countSteps}, after those of the folds. */
export function tallyValues(buckets: readonly TalliedBucket[]): string[] {
  return arraysOf(talliedColumns, buckets);
}

/** What {@link countSteps} needs of the rows that were written. */
export const returnedForCounting =
  'RETURNING id, run, type, queue, state, outcome_position, created_at, xmax = 0 AS is_new';

const parameterOf = (name: string) => `$${foldColumns.findIndex((each) => each.name === name) + 1}`;
const sums = throughputSteps.map((step) => `sum(${step})::integer`).join(', ');
const added = throughputSteps.map((step) => `${step} = kept.${step} + excluded.${step}`).join(', ');
const isEndOf = (state: string) => `${state} IN ('succeeded', 'expired', 'cancelled', 'dead_lettered')`;
const minus = (state: string) => `CASE max(given_state) WHEN '${state}' THEN -1 ELSE 0 END`;

/**
 * Counts what a batch brings, in the statement that writes its folds (its first parameters) as `written`:
 * - A job is accepted where its row is new, whichever of its records came first.
 * - The other steps were tallied from the records, each of which a projection takes in once. An end that the row had already, from
 *   another record, is a copy, and is taken out again.
 *
 * What is older than is kept is not counted, so a rebuild of a long log writes no more than a day.
 */
export function countSteps(schema: string): string {
  const first = foldColumns.length + 1;
  const arrays = talliedColumns.map(({ kind }, index) => `$${first + index}::${sqlTypes[kind]}[]`);
  return `INSERT INTO ${schema}.throughput AS kept (at, type, queue, writer, ${throughputSteps.join(', ')})
    SELECT bucket, type, queue, ${writer}, ${sums} FROM (
      SELECT date_bin('${bucketMs} milliseconds', created_at, 'epoch') AS bucket, type, queue,
        1 AS accepted, 0 AS succeeded, 0 AS dead_lettered, 0 AS expired, 0 AS cancelled, 0 AS retried
      FROM written WHERE is_new
      UNION ALL
      SELECT date_bin('${bucketMs} milliseconds', to_timestamp(max(changed_at) / 1000), 'epoch'), max(type), max(queue),
        0, ${['succeeded', 'dead_lettered', 'expired', 'cancelled'].map(minus).join(', ')}, 0
      FROM (
        SELECT id, run, outcome_position AS given_position, state AS given_state, changed_at,
          NULL AS position, NULL AS state, NULL AS type, NULL AS queue
        FROM unnest(${parameterOf('id')}::uuid[], ${parameterOf('run')}::integer[],
          ${parameterOf('outcome_position')}::text[], ${parameterOf('state')}::text[],
          ${parameterOf('changed_at')}::double precision[]) AS given(id, run, outcome_position, state, changed_at)
        WHERE ${isEndOf('state')}
        UNION ALL
        SELECT id, run, NULL, NULL, NULL, outcome_position, state, type, queue FROM written WHERE ${isEndOf('state')}
      ) AS either GROUP BY id, run
      HAVING max(given_position) <> max(position)
        AND (max(given_state) = 'dead_lettered') = (max(state) = 'dead_lettered')
      UNION ALL
      SELECT to_timestamp(at / 1000.0), type, queue, 0, succeeded, dead_lettered, expired, cancelled, retried
      FROM unnest(${arrays.join(', ')}) AS tallied(${namesOf(talliedColumns)})
    ) AS counted
    WHERE ${isCounted('bucket')}
    GROUP BY bucket, type, queue ORDER BY bucket, type, queue
    ON CONFLICT (at, type, queue, writer) DO UPDATE SET ${added}`;
}
