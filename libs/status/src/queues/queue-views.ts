import type { LaneView, QueueView } from '@jobstream/contracts/rest';
import type { BrokerClock, TopicAdmin } from '@jobstream/kafka';
import type { ActiveCount, JobQueries } from '@jobstream/projection';
import type { FailingServer } from '../explain/job-facts.js';
import { ageOfOldest } from './oldest-waiting.js';
import type { OrdersInForce } from './orders-in-force.js';
import type { LaneState, QueueState, QueueStates, QueueStatesAt } from './queue-states.js';
import type { FailingEndpoints } from './failing-endpoints.js';
import { holdOfQueue } from './hold-of-queue.js';
import { brokerUnavailable, StatusError } from '../status-error.js';

export interface QueueViewsOptions {
  readonly states: QueueStates;
  readonly admin: TopicAdmin;
  readonly queries: JobQueries;
  readonly orders: OrdersInForce;
  readonly brokerClock: BrokerClock;
  readonly failing: FailingEndpoints;
}

/** What Postgres adds to the state of queues in the log; undefined where it does not answer. */
interface Beside {
  readonly active: readonly ActiveCount[] | undefined;
  /** By queue. */
  readonly failing: ReadonlyMap<string, FailingServer> | undefined;
}

/** Queues as REST shows them. */
export class QueueViews {
  /** Milliseconds, by queue, as they were found last. */
  private readonly ages = new Map<string, number>();

  constructor(private readonly options: QueueViewsOptions) {}

  /** All queues, by name. */
  async list(): Promise<QueueView[]> {
    const [{ queues }, beside] = await Promise.all([
      readQueues(this.options.states),
      this.readBeside(),
      this.options.orders.read(),
    ]);
    const states = [...queues.values()].sort((a, b) => a.queue.localeCompare(b.queue));
    return Promise.all(states.map((state) => this.view(state, beside)));
  }

  /** @throws StatusError `queue_not_found` */
  async find(name: string): Promise<QueueView> {
    const [{ queues }, beside] = await Promise.all([
      readQueues(this.options.states),
      this.readBeside(),
      this.options.orders.read(),
    ]);
    const state = queues.get(name);
    if (!state) throw queueNotFound();
    return this.view(state, beside);
  }

  private async readBeside(): Promise<Beside> {
    const [active, failing] = await Promise.all([
      this.options.queries.countActive().catch(() => undefined),
      this.options.failing.byQueue().catch(() => undefined),
    ]);
    return { active, failing };
  }

  private async view(state: QueueState, { active, failing }: Beside): Promise<QueueView> {
    const { queue, deadLetters, workers } = state;
    const lanes = state.lanes.map(viewOfLane);
    const countOf = (wanted: ActiveCount['state']) =>
      active && (active.find((each) => each.queue === queue && each.state === wanted)?.count ?? 0);
    const lag = lanes.reduce((sum, each) => sum + each.lag, 0);
    const pausedSince = this.options.orders.known.pausedSince(queue);
    return {
      queue,
      lag,
      lanes,
      running: countOf('running') ?? null,
      retrying: countOf('retrying') ?? null,
      scheduled: countOf('scheduled') ?? null,
      deadLetters,
      paused: pausedSince !== undefined,
      limits: this.options.orders.limitsOf(queue),
      workers,
      oldestWaitingSeconds: await this.ageOfOldest(state),
      waitingFor: holdOfQueue({ queue, lag, workers, pausedSince, failing: failing?.get(queue) }),
    };
  }

  private async ageOfOldest({ queue, lanes }: QueueState): Promise<number | null> {
    const requests = lanes.filter(({ isRetry }) => !isRetry);
    const { brokerClock } = this.options;
    if (!brokerClock.isKnown) return null;
    const ageMs = await ageOfOldest(
      requests,
      brokerClock.now(),
      (topics, time) => this.options.admin.offsetsAt(topics, time),
      this.ages.get(queue),
    );
    if (ageMs === null) this.ages.delete(queue);
    else this.ages.set(queue, ageMs);
    return ageMs === null ? null : Math.round(ageMs / 100) / 10;
  }
}

/** All queues. @throws StatusError `broker_unavailable` */
export function readQueues(states: QueueStates): Promise<QueueStatesAt> {
  return states.read().catch((cause: unknown) => {
    throw brokerUnavailable('The queues are read from', cause);
  });
}

/** The error of an unknown queue. */
export function queueNotFound(): StatusError {
  return new StatusError('queue_not_found', 'No job type uses this queue, and it has no topic.');
}

function viewOfLane({ lane, topic, committed, ends }: LaneState): LaneView {
  const partitions = committed.map((next, partition) => {
    const end = ends[partition]!;
    return { partition, committed: next, end, lag: Math.max(end - next, 0) };
  });
  return { lane, topic, lag: partitions.reduce((sum, { lag }) => sum + lag, 0), partitions };
}
