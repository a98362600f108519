import type { Session } from '@jobstream/database';
import { isCounted, writer } from '../rows/counted-rows.js';
import { arraysOf, column, namesOf, sqlTypes, type Column } from '../rows/table-columns.js';
import { otherGroupOf } from './error-group.js';
import type { TalliedFailures } from './failure-tally.js';

/** Groups that there are at most, but for those of the errors that found no room. */
export const maxGroups = 2_000;
/** Groups of one type at most. */
export const maxGroupsOfType = 200;

const columns: readonly Column<TalliedFailures>[] = [
  column('id', 'word', ({ id }) => id),
  column('other', 'word', ({ type }) => otherGroupOf(type)),
  column('hour', 'bigint', ({ hour }) => hour),
  column('count', 'int', ({ count }) => count),
  column('first', 'bigint', ({ first }) => first),
  column('last', 'bigint', ({ last }) => last),
  column('job_id', 'uuid', ({ job }) => job),
  column('type', 'text', ({ type }) => type),
  column('queue', 'text', ({ queue }) => queue),
  column('code', 'text', ({ code }) => code),
  column('message', 'text', ({ message }) => message),
];

/** What is told by the latest failure of a group. */
const ofLatest = ['job_id', 'type', 'queue', 'code', 'message'];

/**
 * Adds failures to their groups, in the transaction that writes the rows. A transaction locks these rows last, and in one order. A
 * new group is made while there is room for it; what finds none is counted in the other group of its type, so that messages which are
 * never the same twice do not make the tables grow.
 */
export async function countFailures(
  session: Session,
  schema: string,
  failures: readonly TalliedFailures[],
): Promise<void> {
  await session.query({
    name: 'count-failures',
    text: countStatement(schema),
    values: arraysOf(columns, failures),
  });
}

function countStatement(schema: string): string {
  const arrays = columns.map(({ kind }, index) => `$${index + 1}::${sqlTypes[kind]}[]`);
  const latest = (name: string) => `(array_agg(${name} ORDER BY last DESC, job_id DESC))[1]`;
  const time = (name: string) => `to_timestamp(${name} / 1000.0)`;
  const isLater = '(excluded.last_at, excluded.job_id) > (kept.last_at, kept.job_id)';
  const groups = `${schema}.error_groups`;
  return `WITH given AS MATERIALIZED (
      SELECT * FROM unnest(${arrays.join(', ')}) AS given(${namesOf(columns)})
    ), unknown AS MATERIALIZED (
      SELECT id, type, row_number() OVER (ORDER BY id) AS nth, row_number() OVER (PARTITION BY type ORDER BY id) AS nth_of_type
      FROM (SELECT DISTINCT ON (id) id, type FROM given
            WHERE NOT EXISTS (SELECT FROM ${groups} AS known WHERE known.id = given.id)) AS unknown
    ), without_room AS MATERIALIZED (
      SELECT id FROM unknown LEFT JOIN (
        SELECT type, count(DISTINCT id) AS known FROM ${groups} WHERE type IN (SELECT type FROM unknown) GROUP BY type
      ) AS of_type USING (type)
      WHERE nth_of_type > ${maxGroupsOfType} - coalesce(known, 0)
        OR nth > ${maxGroups} - (SELECT count(DISTINCT id) FROM ${groups})
    ), placed AS MATERIALIZED (
      SELECT CASE WHEN id IN (SELECT id FROM without_room) THEN other ELSE id END AS id, hour, count, first, last,
        ${ofLatest.join(', ')}, ${writer} AS writer
      FROM given
    ), written AS (
      INSERT INTO ${groups} AS kept (id, writer, count, first_at, last_at, ${ofLatest.join(', ')})
      SELECT id, writer, sum(count), ${time('min(first)')}, ${time('max(last)')}, ${ofLatest.map(latest).join(', ')}
      FROM placed GROUP BY id, writer ORDER BY id
      ON CONFLICT (id, writer) DO UPDATE SET count = kept.count + excluded.count,
        first_at = least(kept.first_at, excluded.first_at), last_at = greatest(kept.last_at, excluded.last_at),
        ${ofLatest.map((name) => `${name} = CASE WHEN ${isLater} THEN excluded.${name} ELSE kept.${name} END`).join(', ')}
      RETURNING id
    )
    INSERT INTO ${schema}.error_hours AS kept (id, at, writer, count)
    SELECT id, ${time('hour')}, writer, sum(count) FROM placed JOIN written USING (id)
    WHERE ${isCounted(time('hour'))}
    GROUP BY id, hour, writer ORDER BY id, hour
    ON CONFLICT (id, at, writer) DO UPDATE SET count = kept.count + excluded.count`;
}
