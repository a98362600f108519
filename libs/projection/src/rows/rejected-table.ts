/** The table `rejected_records`: where each record stood in which no job could be read, and why. */
import type { Session } from '@jobstream/database';
import type { JsonText } from '@jobstream/lifecycle';
import type { RejectedRecord } from './projected-record.js';
import { arraysOf, columnsOf, insertStatement, type ColumnsOf } from './table-columns.js';

type Stored = Omit<RejectedRecord, 'error'> & { readonly error: JsonText };

const fields = {
  topic: ['topic', 'text'],
  partition: ['partition', 'int'],
  offset: ['offset', 'bigint'],
  appendedAt: ['appended_at', 'time'],
  reason: ['reason', 'text'],
  error: ['error', 'json'],
  queue: ['queue', 'text'],
  deadLetterTopic: ['dead_letter_topic', 'text'],
  deadLetterOffset: ['dead_letter_offset', 'bigint'],
} as const satisfies ColumnsOf<Stored>;

const columns = columnsOf(fields, (row: Stored) => row);

/** Writes the places of rejected records; rows that exist already stay. */
export async function insertRejected(
  session: Session,
  schema: string,
  rows: readonly RejectedRecord[],
): Promise<void> {
  const sorted = rows.map((row) => ({ ...row, error: JSON.stringify(row.error) })).sort(comparePlaces);
  await session.query({
    text: `${insertStatement(`${schema}.rejected_records`, columns)} ON CONFLICT DO NOTHING`,
    values: arraysOf(columns, sorted),
  });
}

function comparePlaces(a: Stored, b: Stored): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition || a.offset - b.offset;
}
