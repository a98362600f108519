import type { Session } from '@jobstream/database';
import { lowestEndRank, maxPastEntries, maxStarts, type JobFold } from '@jobstream/lifecycle';
import { notedTypes, typesParameter } from '../search/projected-types.js';
import type { SearchedType } from '../search/search-entries.js';
import { countSteps, returnedForCounting, tallyValues, tallyWidth } from '../throughput/count-steps.js';
import type { TalliedBucket } from '../throughput/step-tally.js';
import { foldColumns, originColumns, outcomeColumns, requestColumns } from './jobs-table.js';
import { arraysOf, insertStatement, type Column } from './table-columns.js';

/**
 * Merges folds into their rows, counts what is new and notes their types. Rows are merged as `mergeFolds` merges folds: the two must not differ (upsert-jobs.int-spec.ts compares
 * them on random histories). In one statement and in SQL alone, so that whatever another projector committed meanwhile
 * is what a row is merged with.
 * @param folds each job once; sorted by id here, so that concurrent statements lock rows in one order
 * @param steps the steps that the records of the folds tell of
 * @returns of the types of the folds those whose jobs are searched, as is declared while the transaction holds the projection's lock
 */
export async function upsertJobs(
  session: Session,
  schema: string,
  folds: Iterable<JobFold>,
  steps: readonly TalliedBucket[],
): Promise<SearchedType[]> {
  const sorted = [...folds].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (sorted.length === 0) return [];
  const types = typesParameter(sorted.map(({ origin }) => origin.type));
  const { rows } = await session.query<SearchedType>({
    name: 'upsert-jobs',
    text: upsertStatement(schema),
    values: [...arraysOf(foldColumns, sorted), ...tallyValues(steps), types],
  });
  return rows;
}

const isScheduledRequest = (row: string) =>
  `(${row}.request_rank < ${lowestEndRank} AND ${row}.request_rank % 4 = 2)`;

const requestReplaced = `(new.run > old.run OR (new.run = old.run AND (new.request_rank < old.request_rank
  OR (new.request_rank = old.request_rank AND CASE WHEN ${isScheduledRequest('new')}
    THEN new.request_position > old.request_position ELSE new.request_position < old.request_position END))))`;

const outcomeReplaced = `(new.run > old.run OR (new.run = old.run AND (new.outcome_rank > old.outcome_rank
  OR (new.outcome_rank = old.outcome_rank AND CASE WHEN new.outcome_rank >= ${lowestEndRank}
    THEN new.outcome_position < old.outcome_position ELSE new.outcome_position > old.outcome_position END))))`;

const originReplaced = `((new.origin_run, new.origin_rank, new.origin_position)
  < (old.origin_run, old.origin_rank, old.origin_position))`;

const milliseconds = (time: string) => `(extract(epoch FROM ${time}) * 1000)::bigint`;

/** `startOf` and `plainEntriesOf` of the fold, from the columns of a row; null for none. */
const startOf = (row: string) => `${milliseconds(`${row}.started_at`)} || ' ' || ${row}.worker`;
const isQueuedRequest = (row: string) =>
  `(${row}.request_rank < ${lowestEndRank} AND ${row}.request_rank % 4 = 1)`;
const isPlainOutcome = (row: string) => `${row}.state IN ('queued', 'succeeded')`;
const queuedEntry = (
  row: string,
) => `CASE WHEN ${isQueuedRequest(row)} THEN ${row}.request_position || ' queued '
  || ${row}.run || ' ' || ${row}.request_rank / 4 || ' ' || ${milliseconds(`${row}.requested_at`)} END`;
const outcomeEntry = (row: string) => `CASE WHEN ${isPlainOutcome(row)} THEN ${row}.outcome_position || ' '
  || ${row}.state || ' ' || ${row}.run || ' ' || ${row}.attempt || ' ' || ${milliseconds(`${row}.changed_at`)}
  || coalesce(' ' || ${row}.worker, '') END`;

/** Almost always nothing is displaced, and the sets of both rows are empty: seen without building them. */
const mergedStarts = `CASE
  WHEN new.run > old.run THEN new.starts
  WHEN new.run < old.run THEN old.starts
  WHEN old.starts IS NULL AND new.starts IS NULL
    AND (CASE WHEN ${outcomeReplaced} THEN old.worker ELSE new.worker END) IS NULL THEN NULL
  ELSE (SELECT array_agg(start ORDER BY start) FROM (
    SELECT DISTINCT start COLLATE "C" AS start
    FROM unnest(old.starts || new.starts || ARRAY[${startOf('old')}, ${startOf('new')}]) AS start
    WHERE start <> coalesce(CASE WHEN ${outcomeReplaced} THEN ${startOf('new')} ELSE ${startOf('old')} END, '')
    ORDER BY start LIMIT ${maxStarts}) AS distinct_starts)
  END`;

const keptRequest = `CASE WHEN ${requestReplaced} THEN new.request_position ELSE old.request_position END`;
const keptOutcome = `CASE WHEN ${outcomeReplaced} THEN new.outcome_position ELSE old.outcome_position END`;
const isKept = (position: string) => `${position} IN (${keptRequest}, ${keptOutcome})`;
const nothingDisplaced = ['old', 'new']
  .flatMap((row) => [
    `(NOT ${isQueuedRequest(row)} OR ${isKept(`${row}.request_position`)})`,
    `(NOT ${isPlainOutcome(row)} OR ${isKept(`${row}.outcome_position`)})`,
  ])
  .join(' AND ');

const mergedPast = `CASE
  WHEN old.past IS NULL AND new.past IS NULL AND ${nothingDisplaced} THEN NULL
  ELSE (SELECT array_agg(entry ORDER BY entry) FROM (
    SELECT DISTINCT entry COLLATE "C" AS entry
    FROM unnest(old.past || new.past || ARRAY[${['old', 'new'].flatMap((row) => [queuedEntry(row), outcomeEntry(row)]).join(', ')}]) AS entry
    WHERE NOT starts_with(entry, ${keptRequest} || ' ') AND NOT starts_with(entry, ${keptOutcome} || ' ')
    ORDER BY entry LIMIT ${maxPastEntries}) AS distinct_entries)
  END`;

const whole = (group: readonly Column<JobFold>[], replaced: string) =>
  group.map(({ name }) => `${name} = CASE WHEN ${replaced} THEN new.${name} ELSE old.${name} END`);

/** The end of an `INSERT INTO … AS old`: how a row that exists already is changed. More columns may be set after it. */
export const mergeIntoRow = `ON CONFLICT (id) DO UPDATE SET ${[
  'run = greatest(old.run, new.run)',
  ...whole(originColumns, originReplaced),
  ...whole(requestColumns, requestReplaced),
  ...whole(outcomeColumns, outcomeReplaced),
  `starts = ${mergedStarts}`,
  `past = ${mergedPast}`,
]
  .join(', ')
  .replaceAll('new.', 'EXCLUDED.')}`;

const statements = new Map<string, string>();

function upsertStatement(schema: string): string {
  const known = statements.get(schema);
  if (known !== undefined) return known;
  const types = notedTypes(schema, `$${foldColumns.length + tallyWidth + 1}`);
  const statement = `WITH written AS (${insertStatement(`${schema}.jobs AS old`, foldColumns)}
    ${mergeIntoRow} ${returnedForCounting}),
    counted AS (${countSteps(schema)}),
    noted AS (${types.step})
    ${types.answer}`;
  statements.set(schema, statement);
  return statement;
}
