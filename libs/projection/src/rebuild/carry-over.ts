import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { OffsetsByTopic } from '@jobstream/kafka';
import { foldColumnNames } from '../rows/jobs-table.js';
import { idsWithRecordsBelow, LogBounds, logTable } from '../progress/log-bounds.js';
import { writeCarriedEntries } from '../search/carried-entries.js';
import { mergeIntoRow } from '../rows/upsert-jobs.js';
import type { TwoGenerations } from './compare-generations.js';

interface Page {
  readonly carried: number;
  readonly last: JobId | null;
}

/** Jobs looked at in one statement. */
const pageSize = 20_000;

/**
 * Carries over to the rebuilt generation what the log can no longer tell: every job of which some record lies below the
 * log's start, or on a topic that is gone, with its history, and the rejected records of there. Merged as records are,
 * so that what the log still holds of such a job counts too; marked as `carried`. Groups of errors too, of which the log holds none.
 * @param starts of every topic that is projected
 * @param onPage told how many jobs a page carried; may throw to end it
 */
export async function carryOver(
  database: Database,
  { live, rebuilt }: TwoGenerations,
  starts: OffsetsByTopic,
  onPage: (carried: number) => void,
): Promise<void> {
  const bounds = new LogBounds(starts);
  let after: JobId | null = '00000000-0000-0000-0000-000000000000';
  while (after !== null) {
    const values: unknown[] = [after, ...bounds.values];
    const { rows } = await database.query<Page>({ text: carryPage(live, rebuilt), values });
    const page = rows[0]!;
    if (page.carried > 0) await writeCarriedEntries(database, rebuilt, after, page.last);
    onPage(page.carried);
    after = page.last;
  }
  // Of several dead letters of one record the row tells of the first: the log may hold a later one still.
  await database.query({
    text: `WITH log AS MATERIALIZED (${logTable(1)})
           INSERT INTO ${rebuilt}.rejected_records AS target
           SELECT kept.* FROM ${live}.rejected_records AS kept WHERE NOT EXISTS (
             SELECT FROM log WHERE log.topic = coalesce(kept.dead_letter_topic, kept.topic)
               AND log.partition = CASE WHEN kept.dead_letter_topic IS NULL THEN kept.partition ELSE log.partition END
               AND log."offset" <= coalesce(kept.dead_letter_offset, kept."offset"))
           ON CONFLICT (topic, partition, "offset") DO UPDATE SET (appended_at, reason, error, queue, dead_letter_topic,
             dead_letter_offset) = (excluded.appended_at, excluded.reason, excluded.error, excluded.queue,
             excluded.dead_letter_topic, excluded.dead_letter_offset)`,
    values: bounds.values,
  });
  await database.query({
    text: `INSERT INTO ${rebuilt}.error_groups SELECT * FROM ${live}.error_groups
           WHERE id NOT IN (SELECT id FROM ${rebuilt}.error_groups) ORDER BY id, writer ON CONFLICT DO NOTHING`,
  });
}

/** One statement: a page of the live jobs, of those the ones to carry, their rows, their transitions. */
function carryPage(live: string, rebuilt: string): string {
  return `WITH log AS MATERIALIZED (${logTable(2)}), page AS MATERIALIZED (
      SELECT ${foldColumnNames} FROM ${live}.jobs WHERE id > $1 ORDER BY id LIMIT ${pageSize}
    ), lost AS MATERIALIZED (
      SELECT page.* FROM page WHERE id IN (${idsWithRecordsBelow(live)})
    ), jobs AS (
      INSERT INTO ${rebuilt}.jobs AS old (${foldColumnNames}, carried) SELECT ${foldColumnNames}, true FROM lost ORDER BY id
      ${mergeIntoRow}, carried = true
    ), transitions AS (
      INSERT INTO ${rebuilt}.job_transitions
      SELECT kept.* FROM ${live}.job_transitions AS kept JOIN lost ON kept.job_id = lost.id
      ON CONFLICT DO NOTHING
    )
    SELECT (SELECT count(*) FROM lost) AS carried,
      (SELECT id FROM page ORDER BY id OFFSET ${pageSize - 1} LIMIT 1) AS last`;
}
