import type { JobId } from '@jobstream/contracts';
import type { Session } from '@jobstream/database';
import { mergeFolds, type JobFold } from '@jobstream/lifecycle';
import type { ProjectedRecord, RejectedRecord } from './projected-record.js';
import { insertRejected } from './rejected-table.js';
import { insertTransitions, type JobTransition } from './transitions-table.js';
import { upsertJobs } from './upsert-jobs.js';

/** Writes rows and history, each row once however often it comes. */
export async function writeRows(
  session: Session,
  schema: string,
  { folds, transitions, rejected }: Rows,
): Promise<void> {
  await upsertJobs(session, schema, folds.values());
  if (transitions.length > 0) await insertTransitions(session, schema, transitions);
  if (rejected.length > 0) await insertRejected(session, schema, rejected);
}

/** The rows that a batch touched. */
export interface WrittenRows {
  readonly folds: ReadonlyMap<JobId, JobFold>;
  readonly rejected: readonly RejectedRecord[];
}

/** The rows of a batch. */
export interface Rows extends WrittenRows {
  readonly folds: Map<JobId, JobFold>;
  readonly transitions: JobTransition[];
  readonly rejected: RejectedRecord[];
}

/** Folds records in memory, so that a batch writes each row once. */
export function rowsOf(records: readonly ProjectedRecord[]): Rows {
  const rows: Rows = { folds: new Map(), transitions: [], rejected: [] };
  for (const record of records) {
    switch (record.kind) {
      case 'job': {
        const { fold, transition } = record;
        const known = rows.folds.get(fold.id);
        rows.folds.set(fold.id, known === undefined ? fold : mergeFolds(known, fold));
        if (transition !== null) rows.transitions.push({ id: fold.id, transition });
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
