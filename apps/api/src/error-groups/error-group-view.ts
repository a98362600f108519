import type { ErrorGroup } from '@jobstream/contracts/rest';
import { isOtherGroup, type ErrorGroupRow } from '@jobstream/projection';

/** A group as REST shows it. */
export function viewOfGroup(row: ErrorGroupRow): ErrorGroup {
  return {
    id: row.id,
    other: isOtherGroup(row.id),
    type: row.type,
    queue: row.queue,
    code: row.code,
    message: row.message,
    jobId: row.jobId,
    count: row.count,
    firstAt: row.firstAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
    trend: [...row.trend],
    deadLetters: row.deadLetters,
    muted: row.muted,
    mutedUntil: row.mutedUntil?.toISOString() ?? null,
    note: row.note,
  };
}
