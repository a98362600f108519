import type { ActionView } from '@jobstream/contracts/rest';
import type { Action, Replay } from './replay.js';

/** An action as REST shows it. */
export function viewOfAction(row: Action): ActionView {
  const { id, state, matched, replayed, failed, expected, trouble, failure, requestedBy, skipped } = row;
  const { action, q, rate, only, patch = null, cap = null, why = null } = row.request;
  return {
    id,
    action,
    q,
    state,
    matched,
    done: replayed,
    skipped: Object.values(skipped).reduce((sum, count) => sum + count, 0),
    failed,
    skippedBy: skipped,
    faults: [...row.faults],
    expected,
    ...paceOf(row),
    rate,
    trouble,
    failure,
    only: action === 'replay' ? only : null,
    patch,
    cap,
    why,
    requestedBy,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    links: { self: `/v1/actions/${id}` },
  };
}

function paceOf({
  state,
  startedAt,
  finishedAt,
  readAt,
  replayed,
  expected,
}: Replay): Pick<ActionView, 'progress' | 'throughput' | 'eta'> {
  const progress = progressOf(state, replayed, expected);
  const elapsedMs =
    startedAt === null ? 0 : Math.max((finishedAt ?? readAt).getTime() - startedAt.getTime(), 1);
  const isGoing = state === 'running' && progress !== null && progress > 0 && progress < 1;
  return {
    progress: progress === null ? null : Math.floor(progress * 10_000) / 10_000,
    throughput: elapsedMs === 0 ? null : Math.round((replayed / elapsedMs) * 10_000) / 10,
    eta: isGoing ? new Date(readAt.getTime() + elapsedMs / progress - elapsedMs).toISOString() : null,
  };
}

function progressOf(state: Replay['state'], done: number, expected: number | null): number | null {
  if (state === 'finished') return 1;
  if (expected === null) return null;
  return expected === 0 ? 0 : Math.min(done / expected, 1);
}
