import { isFinal } from '@jobstream/contracts';
import type { JobView, WaitingFor } from '@jobstream/contracts/rest';
import type { LimitRule } from '@jobstream/limits';
import type { Place } from '../reads/log-position.js';
import type { QueueState, QueueStatesAt } from './queue-states.js';

/** A server that fails, and is called no more but for a probe from time to time. */
export interface FailingServer {
  readonly origin: string;
  /** ISO 8601. */
  readonly since: string;
}

/** The known states of the queues; `before` is some seconds earlier than `now`. */
export interface QueueLooks {
  readonly now?: QueueStatesAt | undefined;
  readonly before?: QueueStatesAt | undefined;
  /** Since when the job's queue is paused; undefined when it is not. */
  readonly pausedSince?: string | undefined;
  /** A limit that lets no job like this one start at present. */
  readonly busyLimit?: LimitRule | undefined;
  /** The server of the endpoint of the job's type, while it fails. */
  readonly failing?: FailingServer | undefined;
}

/**
 * Why a job waits; null when it runs or is final.
 * @param place the record that its state is from; null while the projection does not have it
 * @param time milliseconds since 1970
 */
export function waitingFor(
  view: JobView,
  place: Place | null,
  looks: QueueLooks,
  time: number,
): WaitingFor | null {
  if (isFinal(view.state) || view.state === 'running') return null;
  const until = view.nextAttemptAt;
  if (until !== null && Date.parse(until) > time) {
    return view.state === 'scheduled'
      ? { ...nothingKnown, kind: 'time', text: `Its time: ${until}.`, until }
      : { ...nothingKnown, kind: 'retry', text: `Attempt ${view.attempt + 1}, due at ${until}.`, until };
  }
  const ahead = place && jobsAhead(place, looks.now?.queues.get(view.queue));
  return {
    ...nothingKnown,
    ...describeTurn(view, ahead, looks),
    ahead,
    estimateSeconds: estimate(place, ahead, view, looks),
  };
}

const nothingKnown = { until: null, ahead: null, estimateSeconds: null };

function describeTurn(
  { queue, orderingKey }: JobView,
  ahead: number | null,
  { now, pausedSince, busyLimit, failing }: QueueLooks,
): Pick<WaitingFor, 'kind' | 'text'> {
  if (pausedSince !== undefined)
    return { kind: 'pause', text: `The queue ${queue} to be resumed: it is paused since ${pausedSince}.` };
  if (now?.queues.get(queue)?.workers === 0)
    return { kind: 'worker', text: `A worker: no process works on the queue ${queue}.` };
  if (failing)
    return {
      kind: 'endpoint',
      text: `The server of its endpoint: ${failing.origin} fails since ${failing.since}, and is tried from time to time.`,
    };
  if (busyLimit) return { kind: 'limit', text: textOf(busyLimit) };
  const behind =
    ahead === null ? '' : ahead === 0 ? ' It is next.' : ` At most ${ahead} jobs come before it.`;
  return orderingKey === null
    ? { kind: 'turn', text: `Its turn in the queue ${queue}.${behind}` }
    : { kind: 'key', text: `The jobs of its key before it, then its turn in the queue ${queue}.${behind}` };
}

function textOf(rule: LimitRule): string {
  return rule.kind === 'concurrency'
    ? `The limit of ${rule.max} at once of ${rule.id}.`
    : `The limit of ${rule.rate} of ${rule.id.slice(0, -rule.rate.length - 1)}.`;
}

function jobsAhead(place: Place, queue: QueueState | undefined): number | null {
  const committed = committedOf(place, queue);
  return committed === undefined ? null : Math.max(place.offset - committed, 0);
}

function committedOf({ topic, partition }: Place, queue: QueueState | undefined): number | undefined {
  return queue?.lanes.find((lane) => lane.topic === topic)?.committed[partition];
}

/** By the progress of the partition between the two looks. */
function estimate(
  place: Place | null,
  ahead: number | null,
  { queue }: JobView,
  { now, before, pausedSince }: QueueLooks,
): number | null {
  if (pausedSince !== undefined) return null;
  if (!place || !ahead || !now || !before) return null;
  const from = committedOf(place, before.queues.get(queue));
  const to = committedOf(place, now.queues.get(queue));
  if (from === undefined || to === undefined || to <= from) return null;
  const perSecond = (to - from) / ((now.readAt - before.readAt) / 1_000);
  return Math.round((ahead / perSecond) * 10) / 10;
}
