import type { LaneView, QueueView, WaitingFor } from '@jobstream/contracts/rest';
import type { FailingServers } from '@jobstream/endpoints';
import type { JobTypeBook } from '@jobstream/job-types';
import type { BrokerClock, TopicAdmin } from '@jobstream/kafka';
import { limitRulesOf, type LimitUse } from '@jobstream/limits';
import type { ActiveCount, JobQueries } from '@jobstream/projection';
import { inTime } from '@jobstream/runtime';
import type { FoundJob } from '../reads/found-job.js';
import { ageOfOldest } from './oldest-waiting.js';
import type { OrdersInForce } from './orders-in-force.js';
import type { LaneState, QueueState, QueueStates, QueueStatesAt } from './queue-states.js';
import { waitingFor, type FailingServer } from './waiting-for.js';
import { StatusError } from '../status-error.js';

export interface QueueViewsOptions {
  readonly states: QueueStates;
  readonly admin: TopicAdmin;
  readonly queries: JobQueries;
  readonly orders: OrdersInForce;
  readonly limitUse: LimitUse;
  readonly brokerClock: BrokerClock;
  readonly jobTypes: JobTypeBook;
  readonly failingServers: FailingServers;
}

/** An explanation waits no longer than this. */
const maxWaitMs = 300;

/** Queues as REST shows them, and why a job waits. */
export class QueueViews {
  constructor(private readonly options: QueueViewsOptions) {}

  /** All queues, by name. */
  async list(): Promise<QueueView[]> {
    const [{ queues }, active] = await Promise.all([
      this.read(),
      this.countActive(),
      this.options.orders.read(),
    ]);
    const states = [...queues.values()].sort((a, b) => a.queue.localeCompare(b.queue));
    return Promise.all(states.map((state) => this.view(state, active)));
  }

  /** @throws StatusError `queue_not_found` */
  async find(name: string): Promise<QueueView> {
    const [{ queues }, active] = await Promise.all([
      this.read(),
      this.countActive(),
      this.options.orders.read(),
    ]);
    const state = queues.get(name);
    if (!state) throw queueNotFound();
    return this.view(state, active);
  }

  /** Why the job waits; null when it runs or is final. While Kafka cannot be reached, by its row alone. */
  async explain({ view, place }: FoundJob): Promise<WaitingFor | null> {
    const { brokerClock } = this.options;
    // Until the broker has told the time, no job is due.
    const time = brokerClock.isKnown ? brokerClock.now() : -Infinity;
    const pausedSince = this.options.orders.known.pausedSince(view.queue);
    const fromRow = waitingFor(view, place, { pausedSince }, time);
    const askKafka = fromRow?.until === null;
    if (!askKafka) return fromRow;
    const rules = limitRulesOf(view.queue, this.options.orders.limitsOf(view.queue), view.payload);
    const [now, busyLimit, failing] = await Promise.all([
      inTime(this.options.states.read().catch(unknown), maxWaitMs),
      inTime(this.options.limitUse.findBusy(rules).catch(unknown), maxWaitMs),
      inTime(this.findFailing(view.type).catch(unknown), maxWaitMs),
    ]);
    const { before } = this.options.states;
    return waitingFor(view, place, { pausedSince, busyLimit, failing, now, before }, time);
  }

  /** The server of the type's endpoint, while http-workers call it no more; undefined otherwise. */
  private async findFailing(type: string): Promise<FailingServer | undefined> {
    const url = this.options.jobTypes.find(type)?.record.endpoint?.url;
    if (url === undefined) return undefined;
    const { origin } = new URL(url);
    const since = await this.options.failingServers.failingSince(origin);
    return since && { origin, since: since.toISOString() };
  }

  private read(): Promise<QueueStatesAt> {
    return this.options.states.read().catch((cause: unknown) => {
      const detail = 'The queues are read from the broker, which cannot be reached. Ask again later.';
      throw new StatusError('broker_unavailable', detail, { cause });
    });
  }

  private countActive(): Promise<ActiveCount[] | undefined> {
    return this.options.queries.countActive().catch(() => undefined);
  }

  private async view(state: QueueState, active: readonly ActiveCount[] | undefined): Promise<QueueView> {
    const { queue, deadLetters, workers } = state;
    const lanes = state.lanes.map(viewOfLane);
    const countOf = (wanted: ActiveCount['state']) =>
      active && (active.find((each) => each.queue === queue && each.state === wanted)?.count ?? 0);
    return {
      queue,
      lag: lanes.reduce((sum, { lag }) => sum + lag, 0),
      lanes,
      running: countOf('running') ?? null,
      retrying: countOf('retrying') ?? null,
      scheduled: countOf('scheduled') ?? null,
      deadLetters,
      paused: this.options.orders.isPaused(queue),
      limits: this.options.orders.limitsOf(queue),
      workers,
      oldestWaitingSeconds: await this.ageOfOldest(state),
    };
  }

  private async ageOfOldest({ lanes }: QueueState): Promise<number | null> {
    const requests = lanes.filter(({ isRetry }) => !isRetry);
    const { brokerClock } = this.options;
    if (!brokerClock.isKnown) return null;
    const ageMs = await ageOfOldest(requests, brokerClock.now(), (topics, time) =>
      this.options.admin.offsetsAt(topics, time),
    );
    return ageMs === null ? null : Math.round(ageMs / 100) / 10;
  }
}

/** The error of an unknown queue. */
export function queueNotFound(): StatusError {
  return new StatusError('queue_not_found', 'No job type uses this queue, and it has no topic.');
}

/** The answer of a source that cannot be reached. */
function unknown(): undefined {
  return undefined;
}

function viewOfLane({ lane, topic, committed, ends }: LaneState): LaneView {
  const partitions = committed.map((next, partition) => {
    const end = ends[partition]!;
    return { partition, committed: next, end, lag: Math.max(end - next, 0) };
  });
  return { lane, topic, lag: partitions.reduce((sum, { lag }) => sum + lag, 0), partitions };
}
