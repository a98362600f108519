import { formatDelay } from '@jobstream/contracts';
import type { ReplayView } from '@jobstream/contracts/rest';
import type { Replay } from '../rows/replay.js';
import { measureRanges } from '../selection/ranges.js';
import { countSkipped, paceOf, shareOf } from './pace.js';

/** A replay as REST shows it. */
export function viewOfReplay(replay: Replay): ReplayView {
  const { id, state, matched, replayed, failed, faults, expected, trouble, failure, requestedBy } = replay;
  const { patch, why } = replay.request;
  const queue = replay.request.source === 'jobs' ? null : replay.request.queue;
  const self = `/v1/replays/${id}`;
  return {
    id,
    state,
    queue,
    matched,
    replayed,
    failed,
    expected,
    trouble,
    failure,
    requestedBy,
    skipped: countSkipped(replay.skipped),
    skippedBy: replay.skipped,
    faults: [...faults],
    ...paceOf(replay, shareDoneOf(replay)),
    ...askedOf(replay.request),
    patch: patch ?? null,
    why: why ?? null,
    createdAt: replay.createdAt.toISOString(),
    startedAt: replay.startedAt?.toISOString() ?? null,
    finishedAt: replay.finishedAt?.toISOString() ?? null,
    links: { self, jobs: `${self}/jobs` },
  };
}

function shareDoneOf({ ranges, replayed, expected }: Replay): number {
  if (expected !== null) return shareOf(replayed, expected);
  const { total, read } = measureRanges(ranges);
  return shareOf(read, total);
}

type Asked = Pick<ReplayView, 'source' | 'rate' | 'only' | 'filter' | 'cap' | 'from' | 'to'>;

function askedOf(request: Replay['request']): Asked {
  if (request.source === 'job')
    return { source: 'job', rate: null, only: 'all', filter: {}, cap: 1, from: null, to: null };
  if (request.source === 'jobs') {
    const { source, rate, only, q, cap = null } = request;
    return { source, rate, only, filter: { q }, cap, from: null, to: null };
  }
  const { source, rate, only, filter, cap = null, from, to } = request;
  const { olderThan, ...others } = filter;
  const age = olderThan === undefined ? {} : { olderThan: formatDelay(olderThan) };
  return { source, rate, only, filter: { ...others, ...age }, cap, from: timeOf(from), to: timeOf(to) };
}

function timeOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
