import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { OffsetsByTopic } from '@jobstream/kafka';
import { rankOf } from '@jobstream/lifecycle';
import { LogBounds, logTable, partitionOf } from '../progress/log-bounds.js';
import type { TwoGenerations } from './compare-generations.js';

interface Page {
  readonly left: number;
  readonly last: JobId | null;
}

/** Jobs looked at in one statement. */
const pageSize = 20_000;
const beginnings = [rankOf('scheduled', 1), rankOf('queued', 1)];

/**
 * Leaves out of the rebuilt generation the remnants of what retention has deleted: a job whose first record the log has lost
 * is known by the live generation alone. Where that has no row although it has read what is left, the job is gone: a dead
 * letter, or what a frozen worker wrote late, is no job. Likewise what was rejected.
 * @param read up to where the live generation has read, at some time since which no row was deleted; the rebuilt one has
 * passed it
 * @param starts where the log begins
 * @param onPage told how many jobs of a page were left out; may throw to end it
 */
export async function leaveOut(
  database: Database,
  { live, rebuilt }: TwoGenerations,
  read: OffsetsByTopic,
  starts: OffsetsByTopic,
  onPage: (left: number) => void,
): Promise<void> {
  const readBounds = new LogBounds(read);
  let after: JobId | null = '00000000-0000-0000-0000-000000000000';
  while (after !== null) {
    const values: unknown[] = [after, ...readBounds.values];
    const { rows } = await database.query<Page>({ text: leaveOutPage(live, rebuilt), values });
    const page = rows[0]!;
    onPage(page.left);
    after = page.last;
  }
  await database.query({
    text: `WITH log AS MATERIALIZED (${logTable(1)}), begins AS MATERIALIZED (${logTable(5)})
           DELETE FROM ${rebuilt}.rejected_records AS target
           WHERE NOT EXISTS (SELECT FROM ${live}.rejected_records AS known
               WHERE known.topic = target.topic AND known.partition = target.partition AND known."offset" = target."offset")
             AND NOT EXISTS (SELECT FROM begins
               WHERE begins.topic = target.topic AND begins.partition = target.partition AND begins."offset" <= target."offset")
             AND dead_letter_offset < (SELECT min("offset") FROM log WHERE topic = dead_letter_topic)`,
    values: [...readBounds.values, ...new LogBounds(starts).values],
  });
}

function leaveOutPage(live: string, rebuilt: string): string {
  return `WITH log AS MATERIALIZED (${logTable(2)}), page AS MATERIALIZED (
      SELECT id, origin_run, origin_rank, origin_position FROM ${rebuilt}.jobs
      WHERE id > $1 ORDER BY id LIMIT ${pageSize}
    ), remnants AS MATERIALIZED (
      SELECT page.id FROM page
      JOIN log ON log.prefix = ${partitionOf('origin_position')} AND origin_position < log.place
      WHERE (origin_run > 1 OR origin_rank NOT IN (${beginnings.join(', ')}))
        AND NOT EXISTS (SELECT FROM ${live}.jobs AS known WHERE known.id = page.id)
    ), jobs AS (
      DELETE FROM ${rebuilt}.jobs AS target USING remnants WHERE target.id = remnants.id
    ), transitions AS (
      DELETE FROM ${rebuilt}.job_transitions USING remnants WHERE job_id = remnants.id
    ), entries AS (
      DELETE FROM ${rebuilt}.search_entries USING remnants WHERE job_id = remnants.id
    )
    SELECT (SELECT count(*) FROM remnants) AS left,
      (SELECT id FROM page ORDER BY id OFFSET ${pageSize - 1} LIMIT 1) AS last`;
}
