import { isFinal } from '@jobstream/contracts';
import type { RecordPlace, RunView } from '@jobstream/contracts/rest';
import { standingOf } from '@jobstream/lifecycle';
import type { HistoryItem, RunHistory } from '@jobstream/projection';

/** What the transitions of a run say of it. */
export type RunFacts = Omit<RunView, 'cause' | 'payload' | 'result' | 'missing'>;

/** The transition that its state is from says where a run stands, those before it how it came there. */
export function runFactsOf({ run, items }: RunHistory): RunFacts {
  const end = standingOf(items.map((item) => ({ ...item, timestamp: item.at.getTime() })))!;
  const request = requestOf(items);
  const starts = items.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt.getTime()]));
  return {
    run,
    state: end.state,
    acceptedAt: request?.state === 'retrying' ? null : timeOf(request),
    startedAt: starts.length === 0 ? null : new Date(Math.min(...starts)).toISOString(),
    finishedAt: isFinal(end.state) ? timeOf(end) : null,
    attempts: attemptsOf(items),
    error: end.error && { code: end.error.code, message: end.error.message },
    reason: end.reason,
    request: request === undefined ? null : placeOf(request),
    outcome: placeOf(end),
  };
}

/** The first record in the queue, as the status of a job takes it; else one that carries the request on. */
function requestOf(items: readonly HistoryItem[]): HistoryItem | undefined {
  const first = (state: HistoryItem['state']) =>
    items.find((item) => item.state === state && !item.superseded);
  return first('queued') ?? items.findLast(({ state }) => state === 'scheduled') ?? first('retrying');
}

/** A record of a worker tells of an attempt that was started; the last one may say how many were. */
function attemptsOf(items: readonly HistoryItem[]): number {
  const told = items.map(({ worker, attempt, attempts }) => attempts ?? (worker === null ? 0 : attempt));
  return Math.max(...told);
}

function placeOf({ topic, partition, offset }: HistoryItem): RecordPlace {
  return { topic, partition, offset };
}

function timeOf(item: HistoryItem | undefined): string | null {
  return item?.at.toISOString() ?? null;
}
