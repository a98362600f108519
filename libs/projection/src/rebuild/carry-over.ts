import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { OffsetsByTopic } from '@jobstream/kafka';
import { positionOf } from '@jobstream/lifecycle';
import { mergeIntoRow, rowColumns } from '../upsert-jobs.js';
import type { TwoGenerations } from './compare-generations.js';

interface Page {
  readonly carried: number;
  readonly last: JobId | null;
}

/** Jobs looked at in one statement. */
const pageSize = 20_000;

/**
 * Carries over to the rebuilt generation what the log can no longer tell: every job whose first record lies below the
 * log's start, or on a topic that is gone, with its history, and the rejected records of there. Merged as records are,
 * so that what the log still holds of such a job counts too; marked as `carried`.
 * @param starts of every topic that is projected
 * @param onPage told how many jobs a page carried; may throw to end it
 */
export async function carryOver(
  database: Database,
  { live, rebuilt }: TwoGenerations,
  starts: OffsetsByTopic,
  onPage: (carried: number) => void,
): Promise<void> {
  const places = [...starts].flatMap(([topic, offsets]) =>
    offsets.map((offset, partition) => ({ topic, partition, offset })),
  );
  const bounds = places.map((place) => positionOf(place));
  const prefixes = bounds.map((bound) => bound.slice(0, bound.lastIndexOf(' ')));
  let after: JobId | null = '00000000-0000-0000-0000-000000000000';
  while (after !== null) {
    const values: unknown[] = [prefixes, bounds, after];
    const { rows } = await database.query<Page>({ text: carryPage(live, rebuilt), values });
    const page = rows[0]!;
    onPage(page.carried);
    after = page.last;
  }
  await database.query({
    text: `INSERT INTO ${rebuilt}.rejected_records
           SELECT kept.* FROM ${live}.rejected_records AS kept
           LEFT JOIN unnest($1::text[], $2::integer[], $3::bigint[]) AS log(topic, partition, start)
             ON log.topic = coalesce(kept.dead_letter_topic, kept.topic)
             AND log.partition = CASE WHEN kept.dead_letter_topic IS NULL THEN kept.partition ELSE 0 END
           WHERE log.topic IS NULL OR coalesce(kept.dead_letter_offset, kept."offset") < log.start
           ON CONFLICT DO NOTHING`,
    values: [
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
      places.map(({ offset }) => offset),
    ],
  });
}

/** One statement: a page of the live jobs, of those the ones to carry, their rows, their transitions. */
function carryPage(live: string, rebuilt: string): string {
  const columns = rowColumns.join(', ');
  return `WITH page AS MATERIALIZED (
      SELECT ${columns} FROM ${live}.jobs WHERE id > $3 ORDER BY id LIMIT ${pageSize}
    ), lost AS MATERIALIZED (
      SELECT page.* FROM page LEFT JOIN unnest($1::text[], $2::text[]) AS log(prefix, bound)
        ON log.prefix = split_part(origin_position, ' ', 1) || ' ' || split_part(origin_position, ' ', 2)
      WHERE log.prefix IS NULL OR origin_position < log.bound COLLATE "C"
    ), jobs AS (
      INSERT INTO ${rebuilt}.jobs AS old (${columns}, carried) SELECT ${columns}, true FROM lost ORDER BY id
      ${mergeIntoRow}, carried = true
    ), transitions AS (
      INSERT INTO ${rebuilt}.job_transitions
      SELECT kept.* FROM ${live}.job_transitions AS kept JOIN lost ON kept.job_id = lost.id
      ON CONFLICT DO NOTHING
    )
    SELECT (SELECT count(*) FROM lost) AS carried,
      (SELECT id FROM page ORDER BY id OFFSET ${pageSize - 1} LIMIT 1) AS last`;
}
