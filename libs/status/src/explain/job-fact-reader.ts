import { isFinal, type JobId } from '@jobstream/contracts';
import { decodeRecord } from '@jobstream/contracts/records';
import type { ClaimStore } from '@jobstream/execution';
import { servedBy, type JobTypeBook } from '@jobstream/job-types';
import type { BrokerClock, LogReader, TopicAdmin } from '@jobstream/kafka';
import { limitRulesOf, type BusyLimit, type LimitUse } from '@jobstream/limits';
import type { ActiveJob, ActiveJobs, JobQueries } from '@jobstream/projection';
import { inTime } from '@jobstream/runtime';
import type { Topics } from '@jobstream/contracts';
import type { FailingEndpoints } from '../queues/failing-endpoints.js';
import type { OrdersInForce } from '../queues/orders-in-force.js';
import type { QueueState, QueueStates } from '../queues/queue-states.js';
import type { FoundJob } from '../reads/found-job.js';
import type { EarlierJob, JobFacts, PartitionHead, RunningClaim, UsedLimit } from './job-facts.js';

export interface JobFactReaderOptions {
  readonly states: QueueStates;
  readonly orders: OrdersInForce;
  readonly limitUse: LimitUse;
  readonly failing: FailingEndpoints;
  readonly jobTypes: JobTypeBook;
  readonly brokerClock: BrokerClock;
  readonly queries: JobQueries;
  readonly active: ActiveJobs;
  readonly claims: Pick<ClaimStore, 'findRunning'>;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly log: LogReader;
}

/** A job that is shown waits no longer than this for what holds it. */
const maxGlanceMs = 300;
/** An explanation leaves out what does not answer in this time. */
const maxLookMs = 1_000;

/** Gathers what is known of a job that may wait. What does not answer is left out; nothing rejects. */
export class JobFactReader {
  constructor(private readonly options: JobFactReaderOptions) {}

  /** What is known at once, and what a shown job needs beside it: a question to the broker, and two to Postgres. */
  async glance(found: FoundJob): Promise<JobFacts> {
    const { view } = found;
    const known = this.known(found);
    // Until then it is known what it waits for.
    if (isFinal(view.state) || view.state === 'running' || isLater(known)) return known;
    const [queue, busy, failing] = await Promise.all([
      inTime(this.queueOf(view.queue).catch(unknown), maxGlanceMs),
      inTime(this.busyLimits(found).catch(unknown), maxGlanceMs),
      inTime(this.options.failing.ofType(view.type).catch(unknown), maxGlanceMs),
    ]);
    return { ...known, queue, failing, usedLimits: busy?.map((limit) => ({ ...limit, jobs: [] })) };
  }

  /** Everything that the causes of an unfinished job go by. @param recordsBehind see {@link JobFacts} */
  async look(found: FoundJob, recordsBehind: number | undefined): Promise<JobFacts> {
    const { view } = found;
    const ask = <Answer>(question: Promise<Answer>) => inTime(question.catch(unknown), maxLookMs);
    const queueAsked = ask(this.queueOf(view.queue));
    const [queue, usedLimits, failing, isTypeServed, keyHolder, claim, suspicion, head] = await Promise.all([
      queueAsked,
      ask(this.usedLimits(found)),
      ask(this.options.failing.ofType(view.type)),
      ask(this.isTypeServed(found)),
      ask(this.keyHolder(found)),
      ask(this.claimOf(found)),
      ask(this.suspicionOf(found)),
      ask(queueAsked.then((state) => this.headBefore(found, state))),
    ]);
    return {
      ...this.known(found),
      recordsBehind,
      queue,
      usedLimits,
      failing,
      isTypeServed,
      keyHolder,
      claim,
      suspicion,
      head,
    };
  }

  private known(found: FoundJob): JobFacts {
    const { brokerClock, orders, states } = this.options;
    const time = brokerClock.isKnown ? brokerClock.now() : -Infinity;
    return { ...found, time, pausedSince: orders.known.pausedSince(found.view.queue), paces: states.paces };
  }

  private async queueOf(name: string): Promise<QueueState | undefined> {
    return (await this.options.states.read()).queues.get(name);
  }

  private busyLimits({ view: { queue, payload } }: FoundJob): Promise<BusyLimit[]> {
    const { limitUse, orders } = this.options;
    return limitUse.findBusy(limitRulesOf(queue, orders.limitsOf(queue), payload));
  }

  /** The busy limits, and the running jobs that are under the same. */
  private async usedLimits(found: FoundJob): Promise<UsedLimit[]> {
    const busy = await this.busyLimits(found);
    if (busy.length === 0) return [];
    const { queue } = found.view;
    const limits = this.options.orders.limitsOf(queue);
    const field = limits.perKey?.field;
    const running = (await this.options.active.listRunning(queue, field)).map(({ id, value }) => ({
      id,
      limits: new Set(
        limitRulesOf(queue, limits, field === undefined ? {} : { [field]: value }).map((rule) => rule.id),
      ),
    }));
    return busy.map((limit) => ({
      ...limit,
      jobs: running.filter(({ limits: its }) => its.has(limit.rule.id)).map(({ id }) => id),
    }));
  }

  /** Undefined where it is not known: an endpoint serves the type, or a member of the group says nothing of what it serves. */
  private async isTypeServed({ view: { type, queue } }: FoundJob): Promise<boolean | undefined> {
    const record = this.options.jobTypes.find(type)?.record;
    if (record === undefined || record.endpoint !== undefined) return undefined;
    const members = await this.options.admin.memberLabels(this.options.topics.group(queue));
    const served = servedBy(members);
    if (served.some(({ fingerprint }) => fingerprint === record.fingerprint)) return true;
    return members.some((labels) => labels.length === 0) ? undefined : false;
  }

  private async keyHolder({ view: { id, queue, orderingKey } }: FoundJob): Promise<EarlierJob | undefined> {
    if (orderingKey === null) return undefined;
    const holder = await this.options.active.findByKey(queue, orderingKey, id);
    return holder && earlierOf(holder);
  }

  private async claimOf({ view }: FoundJob): Promise<RunningClaim | undefined> {
    const claim = await this.options.claims.findRunning(view.id);
    if (claim?.run !== view.run) return undefined;
    return {
      ...claim,
      takenAt: claim.takenAt.toISOString(),
      leasedUntil: claim.leasedUntil.toISOString(),
    };
  }

  /** By the last commit of the workers. Of a later attempt only while it has not started: no row has the place of its record then. */
  private async suspicionOf({
    view: { id, queue, state, attempt },
    place,
  }: FoundJob): Promise<JobFacts['suspicion']> {
    const { admin, active, topics } = this.options;
    const isStarted = state === 'running';
    const record = isStarted && attempt === 1 ? await active.findRequest(id) : isStarted ? null : place;
    if (!record || topics.roleOf(record.topic)?.kind === 'delayed') return undefined;
    const open = await admin.openOffsets(topics.group(queue), record);
    const deaths = open.find(({ offset }) => offset === record.offset)?.deaths;
    return deaths === undefined ? undefined : { deaths };
  }

  /** The head of the job's partition, where it is of another job: one record is read from the log. */
  private async headBefore(
    { place }: FoundJob,
    queue: QueueState | undefined,
  ): Promise<PartitionHead | undefined> {
    const lane = queue?.lanes.find(({ topic }) => topic === place?.topic);
    const offset = place === null ? undefined : lane?.committed[place.partition];
    if (place === null || offset === undefined || offset >= place.offset) return undefined;
    const { records } = await this.options.log.read(place, offset, offset + 1);
    const [record] = records;
    if (record === undefined) return undefined;
    const read = decodeRecord(record.value, record.headers);
    return {
      place: { topic: place.topic, partition: place.partition, offset },
      since: new Date(record.timestamp).toISOString(),
      job: 'fault' in read ? undefined : await this.standingOf(read.value.id),
    };
  }

  private async standingOf(id: JobId): Promise<PartitionHead['job']> {
    const row = await this.options.queries.find(id);
    if (row === undefined || isFinal(row.state)) return { id };
    const { state, changedAt: since, worker, nextAttemptAt } = row;
    return earlierOf({ id, state, since, worker, nextAttemptAt });
  }
}

/** Whether its time, or that of its next attempt, is not there yet. */
function isLater({ view: { nextAttemptAt }, time }: JobFacts): boolean {
  return nextAttemptAt !== null && Date.parse(nextAttemptAt) > time;
}

function earlierOf({
  since,
  nextAttemptAt,
  ...job
}: Omit<ActiveJob, 'state'> & Pick<EarlierJob, 'state'>): EarlierJob {
  return { ...job, since: since.toISOString(), nextAttemptAt: nextAttemptAt?.toISOString() ?? null };
}

/** The answer of a source that cannot be reached. */
function unknown(): undefined {
  return undefined;
}
