import type { ActionView } from '@jobstream/contracts/rest';
import type { Action } from '../rows/replay.js';
import { countSkipped, paceOf, shareOf } from './pace.js';

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
    skipped: countSkipped(skipped),
    failed,
    skippedBy: skipped,
    faults: [...row.faults],
    expected,
    ...paceOf(row, expected === null ? null : shareOf(replayed, expected)),
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
