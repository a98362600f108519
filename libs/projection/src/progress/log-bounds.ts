import type { OffsetsByTopic } from '@jobstream/kafka';
import { positionOf } from '@jobstream/lifecycle';

/** An offset of each partition, for statements: {@link logTable} with these {@link LogBounds.values} behind `from` others. */
export class LogBounds {
  /** Four arrays. */
  readonly values: readonly (readonly unknown[])[];

  /** @param offsets of every partition that counts: one that is left out bounds nothing */
  constructor(offsets: OffsetsByTopic) {
    const places = [...offsets].flatMap(([topic, ofTopic]) =>
      ofTopic.map((offset, partition) => ({ topic, partition, offset })),
    );
    this.values = [
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
      places.map(({ offset }) => offset),
      places.map((place) => positionOf(place)),
    ];
  }
}

/**
 * A table of {@link LogBounds}: topic, partition and offset, the same as a position, and what all positions in that
 * partition begin with.
 * @param from the number of its first parameter
 */
export function logTable(from: number): string {
  const [topics, partitions, offsets, places] = [0, 1, 2, 3].map((nth) => `$${from + nth}`);
  return `SELECT topic, partition, "offset", place COLLATE "C" AS place, ${partitionOf('place')} AS prefix
    FROM unnest(${topics}::text[], ${partitions}::integer[], ${offsets}::bigint[], ${places}::text[])
      AS given(topic, partition, "offset", place)`;
}

/** SQL of the part of a position before its offset. */
export function partitionOf(position: string): string {
  return `split_part(${position}, ' ', 1) || ' ' || split_part(${position}, ' ', 2)`;
}

/**
 * The ids of those jobs of a `page` of which some record is below the bounds of a `log`, or in no partition of it. Records of
 * progress are in no row: of them nothing is known.
 * @param schema of the page's jobs
 */
export function idsWithRecordsBelow(schema: string): string {
  return `SELECT page.id FROM page CROSS JOIN ${recordsOfPage}
      LEFT JOIN log ON log.prefix = ${partitionOf('record.place')}
      WHERE log.prefix IS NULL OR record.place < log.place
    UNION
    SELECT step.job_id FROM ${stepsOfPage(schema)}
      LEFT JOIN log ON log.topic = step.topic AND log.partition = step.partition
      WHERE log.topic IS NULL OR step."offset" < log."offset"`;
}

/** The ids of those jobs of a `page` of which some record is at or above the bounds of a `log`. */
export function idsWithRecordsAbove(schema: string): string {
  return `SELECT page.id FROM page CROSS JOIN ${recordsOfPage}
      JOIN log ON log.prefix = ${partitionOf('record.place')} AND record.place >= log.place
    UNION
    SELECT step.job_id FROM ${stepsOfPage(schema)}
      JOIN log ON log.topic = step.topic AND log.partition = step.partition AND step."offset" >= log."offset"`;
}

/** A past entry begins with its position, so it compares as one. */
const recordsOfPage = `LATERAL unnest(ARRAY[page.origin_position, page.request_position, page.outcome_position]
  || coalesce(page.past, '{}')) AS record(place)`;

/** With the page's bounds, so that no plan reads the whole table for each page. */
function stepsOfPage(schema: string): string {
  return `page JOIN ${schema}.job_transitions AS step ON step.job_id = page.id
      AND step.job_id >= (SELECT id FROM page ORDER BY id LIMIT 1)
      AND step.job_id <= (SELECT id FROM page ORDER BY id DESC LIMIT 1)`;
}
