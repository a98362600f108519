import type { JobId } from '@jobstream/contracts';
import type { Session } from '@jobstream/database';
import { mergeFolds, type JobFold, type Transition } from '@jobstream/lifecycle';
import { bareArray, textArray } from './array-literal.js';
import type { ProjectedRecord, RejectedRecord } from './projected-record.js';
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

interface JobTransition {
  readonly id: string;
  readonly transition: Transition;
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

async function insertTransitions(session: Session, schema: string, rows: JobTransition[]): Promise<void> {
  const sorted = rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  const of = <T>(value: (transition: Transition) => T) => sorted.map(({ transition }) => value(transition));
  await session.query({
    name: 'insert-transitions',
    text: `INSERT INTO ${schema}.job_transitions (job_id, topic, partition, "offset", appended_at, state, run, attempt,
             worker, started_at, error, next_attempt_at, reason, attempts, origin)
           SELECT job_id, topic, partition, "offset", to_timestamp(appended_at / 1000), state, run, attempt,
             worker, to_timestamp(started_at / 1000), error, to_timestamp(next_attempt_at / 1000), reason, attempts, origin
           FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::bigint[], $5::double precision[], $6::text[],
             $7::integer[], $8::integer[], $9::text[], $10::double precision[], $11::text[], $12::double precision[],
             $13::text[], $14::integer[], $15::text[])
             AS given(job_id, topic, partition, "offset", appended_at, state, run, attempt,
               worker, started_at, error, next_attempt_at, reason, attempts, origin)
           ON CONFLICT DO NOTHING`,
    values: [
      bareArray(sorted.map(({ id }) => id)),
      textArray(of(({ topic }) => topic)),
      bareArray(of(({ partition }) => partition)),
      bareArray(of(({ offset }) => offset)),
      bareArray(of(({ timestamp }) => timestamp)),
      bareArray(of(({ state }) => state)),
      bareArray(of(({ run }) => run)),
      bareArray(of(({ attempt }) => attempt)),
      textArray(of(({ worker }) => worker)),
      bareArray(of(({ startedAt }) => startedAt)),
      textArray(of(({ error }) => error)),
      bareArray(of(({ nextAttemptAt }) => nextAttemptAt)),
      bareArray(of(({ reason }) => reason)),
      bareArray(of(({ attempts }) => attempts)),
      textArray(of(({ origin }) => origin)),
    ],
  });
}

async function insertRejected(session: Session, schema: string, rows: RejectedRecord[]): Promise<void> {
  const sorted = rows.sort((a, b) => comparePlaces(a, b));
  await session.query({
    text: `INSERT INTO ${schema}.rejected_records (topic, partition, "offset", appended_at, reason, error, queue,
             dead_letter_topic, dead_letter_offset)
           SELECT topic, partition, "offset", to_timestamp(appended_at / 1000), reason, error, queue,
             dead_letter_topic, dead_letter_offset
           FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::double precision[], $5::text[], $6::text[],
             $7::text[], $8::text[], $9::bigint[])
             AS given(topic, partition, "offset", appended_at, reason, error, queue, dead_letter_topic, dead_letter_offset)
           ON CONFLICT DO NOTHING`,
    values: [
      textArray(sorted.map(({ topic }) => topic)),
      bareArray(sorted.map(({ partition }) => partition)),
      bareArray(sorted.map(({ offset }) => offset)),
      bareArray(sorted.map(({ appendedAt }) => appendedAt)),
      textArray(sorted.map(({ reason }) => reason)),
      textArray(sorted.map(({ error }) => JSON.stringify(error))),
      textArray(sorted.map(({ queue }) => queue)),
      textArray(sorted.map(({ deadLetterTopic }) => deadLetterTopic)),
      bareArray(sorted.map(({ deadLetterOffset }) => deadLetterOffset)),
    ],
  });
}

function comparePlaces(a: RejectedRecord, b: RejectedRecord): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition || a.offset - b.offset;
}
