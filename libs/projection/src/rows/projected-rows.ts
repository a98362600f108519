import type { JobId } from '@jobstream/contracts';
import type { Database, Session } from '@jobstream/database';
import { mergeFolds, type JobFold } from '@jobstream/lifecycle';
import { freeKeys, type KeyOfJob } from '@jobstream/unique-keys';
import { countFailures } from '../error-groups/count-failures.js';
import { FailureTally } from '../error-groups/failure-tally.js';
import { searchedJobOf, writeSearchEntries } from '../search/search-entries.js';
import { StepTally } from '../throughput/step-tally.js';
import type { ProjectedRecord, RejectedRecord } from './projected-record.js';
import { insertRejected } from './rejected-table.js';
import { insertTransitions, type JobTransition } from './transitions-table.js';
import { upsertJobs } from './upsert-jobs.js';

/** The schemas that rows are written to, quoted. */
export type RowSchemas = Pick<Database, 'projection' | 'operations'>;

/** Writes rows and history, each row once however often it comes, and frees the unique keys of jobs that have ended. @returns how many it freed */
export async function writeRows(
  session: Session,
  { projection, operations }: RowSchemas,
  { folds, steps, failures, transitions, rejected, freed }: Rows,
): Promise<number> {
  const searched = await upsertJobs(session, projection, folds.values(), steps.buckets);
  if (searched.length > 0)
    await writeSearchEntries(session, projection, searched, [...folds.values()].map(searchedJobOf));
  if (transitions.length > 0) await insertTransitions(session, projection, transitions);
  if (rejected.length > 0) await insertRejected(session, projection, rejected);
  if (failures.size > 0) await countFailures(session, projection, failures.tallied);
  return freeKeys(session, operations, freed);
}

/** The rows that a batch touched. */
export interface WrittenRows {
  readonly folds: ReadonlyMap<JobId, JobFold>;
  readonly rejected: readonly RejectedRecord[];
}

/** The same once they are committed. */
export interface CommittedRows extends WrittenRows {
  /** Unique keys that their ends have freed. */
  readonly freedKeys: number;
}

/** The rows of a batch. */
export interface Rows extends WrittenRows {
  readonly folds: Map<JobId, JobFold>;
  /** What the records tell of the throughput. */
  readonly steps: StepTally;
  /** The failures that the records tell of. */
  readonly failures: FailureTally;
  readonly transitions: JobTransition[];
  readonly rejected: RejectedRecord[];
  /** Unique keys, each with the job whose end frees it. */
  readonly freed: KeyOfJob[];
}

/** Folds records in memory, so that a batch writes each row once. */
export function rowsOf(records: readonly ProjectedRecord[]): Rows {
  const rows: Rows = {
    folds: new Map(),
    steps: new StepTally(),
    failures: new FailureTally(),
    transitions: [],
    rejected: [],
    freed: [],
  };
  for (const record of records) {
    switch (record.kind) {
      case 'job': {
        const { fold, transition, freed } = record;
        const known = rows.folds.get(fold.id);
        rows.steps.add(fold, known);
        rows.failures.add(fold);
        rows.folds.set(fold.id, known === undefined ? fold : mergeFolds(known, fold));
        if (transition !== null) rows.transitions.push({ id: fold.id, transition });
        if (freed !== undefined) rows.freed.push(freed);
        break;
      }
      case 'rejected':
        rows.rejected.push(record.rejected);
        break;
      case 'left':
        break;
    }
  }
  return rows;
}
