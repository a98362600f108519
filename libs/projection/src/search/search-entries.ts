/** The table `search_entries`: by which values of their payloads jobs are found. */
import type { JobId } from '@jobstream/contracts';
import type { Session } from '@jobstream/database';
import type { JobFold } from '@jobstream/lifecycle';
import { arraysOf, column, insertStatement, type Column } from '../rows/table-columns.js';
import { searchKeysOf, type SearchKey } from './search-key.js';

/** A type whose jobs are searched by paths of their payload. */
export interface SearchedType {
  readonly type: string;
  readonly paths: readonly string[];
}

/** A value by which a job is found. */
export interface SearchEntry {
  readonly key: SearchKey;
  readonly jobId: JobId;
}

/** What entries are made from. */
export interface SearchedJob {
  readonly id: JobId;
  readonly type: string;
  readonly payload: string | null;
}

const columns: readonly Column<SearchEntry>[] = [
  column('key', 'bigint', ({ key }) => key),
  column('job_id', 'uuid', ({ jobId }) => jobId),
];

/** What is searched of a fold. The type and the payload of a job's row are always those of a fold that was written. */
export function searchedJobOf({ id, origin, request }: JobFold): SearchedJob {
  return { id, type: origin.type, payload: request.payload };
}

/**
 * Writes the entries of jobs, in the transaction that writes their rows; those that exist already stay. Entries of a payload that a
 * replay has changed stay too: whoever reads them looks at the row.
 */
export async function writeSearchEntries(
  session: Session,
  schema: string,
  types: readonly SearchedType[],
  jobs: Iterable<SearchedJob>,
): Promise<void> {
  await insertEntries(session, schema, entriesOf(types, jobs));
}

/** Adds entries; those that exist already stay. */
export async function insertEntries(
  session: Session,
  schema: string,
  entries: readonly SearchEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await session.query({
    name: 'write-search-entries',
    text: `${insertStatement(`${schema}.search_entries`, columns)} ORDER BY key, job_id ON CONFLICT DO NOTHING`,
    values: arraysOf(columns, entries),
  });
}

function entriesOf(types: readonly SearchedType[], jobs: Iterable<SearchedJob>): SearchEntry[] {
  const pathsOf = new Map(types.map(({ type, paths }) => [type, paths]));
  const entries: SearchEntry[] = [];
  for (const { id, type, payload } of jobs) {
    const paths = pathsOf.get(type);
    if (paths === undefined || payload === null) continue;
    for (const key of searchKeysOf(payload, paths)) entries.push({ key, jobId: id });
  }
  return entries;
}
