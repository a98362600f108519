import { isFinal } from '@jobstream/contracts';
import { causeCodes, maxNamed, type Cause, type CauseCode } from '@jobstream/contracts/rest';
import type { LimitRule } from '@jobstream/limits';
import type { LaneState } from '../queues/queue-states.js';
import type { EarlierJob, JobFacts, PartitionHead, UsedLimit } from './job-facts.js';

/** What can hold a job back that has a record; `flow` holds one that has none. */
export type JobCauseCode = Exclude<CauseCode, 'flow'>;

/** A cause that holds a job that has a record. */
export type JobCause = Cause & { readonly code: JobCauseCode };

/** All of these, in the order in which they count. */
export const jobCauseCodes = causeCodes.filter((code): code is JobCauseCode => code !== 'flow');

/** What holds a job back, the first of it now; empty when nothing does, as for a final job. */
export function causesOf(facts: JobFacts): JobCause[] {
  if (isFinal(facts.view.state)) return [];
  return jobCauseCodes.flatMap((code) => {
    const held = holds[code](facts);
    return held === undefined ? [] : [{ ...nothingNamed, code, ...held }];
  });
}

/** The records of the job's partition that come before it, at most; undefined while that is not known. */
export function jobsAhead({ place, queue }: Pick<JobFacts, 'place' | 'queue'>): number | undefined {
  const committed = place === null ? undefined : laneOf({ place, queue })?.committed[place.partition];
  return committed === undefined ? undefined : Math.max(place!.offset - committed, 0);
}

/** The fields of a cause that names nothing. */
export const nothingNamed = {
  since: null,
  until: null,
  jobs: [],
  workers: [],
  ahead: null,
  limit: null,
  place: null,
  flow: null,
} satisfies Partial<Cause>;

type Held = Pick<Cause, 'text' | 'remedy'> & Partial<Omit<Cause, 'code'>>;

/** Each cause by its code, undefined where it does not apply. */
const holds: Readonly<Record<JobCauseCode, (facts: JobFacts) => Held | undefined>> = {
  projection_behind: (facts) => {
    const { recordsBehind = 0 } = facts;
    if (recordsBehind === 0 || isSurelyWaiting(facts)) return undefined;
    return {
      text: `Its status is ${recordsBehind} records behind the log: the job may have gone on.`,
      remedy: 'See that a projector runs, and what its /health/ready says.',
      ahead: recordsBehind,
    };
  },

  not_due: (facts) => {
    const until = dueLater(facts);
    if (until === undefined || facts.view.state !== 'scheduled') return undefined;
    return { text: `Its time: ${until}.`, remedy: 'Wait, or cancel it and submit it anew.', until };
  },

  retry_not_due: (facts) => {
    const until = dueLater(facts);
    const { state, attempt, error } = facts.view;
    if (until === undefined || state === 'scheduled') return undefined;
    const why = error === null ? '' : ` Attempt ${attempt} failed: ${error.code}.`;
    return {
      text: `Attempt ${attempt + 1}, due at ${until}.${why}`,
      remedy: 'Mend what made the attempt fail. To end the job, cancel it.',
      until,
    };
  },

  queue_paused: ({ view: { queue, state }, pausedSince }) =>
    pausedSince === undefined || state === 'running'
      ? undefined
      : {
          text: `The queue ${queue} to be resumed: it is paused since ${pausedSince}.`,
          remedy: `Resume it: POST /v1/queues/${queue}/resume. GET /v1/audit says who paused it.`,
          since: pausedSince,
        },

  no_worker: ({ view: { queue, state }, queue: found }) =>
    found?.workers !== 0
      ? undefined
      : {
          text:
            state === 'running'
              ? `A worker: the one that ran it has gone, and no other works on the queue ${queue}.`
              : `A worker: no process works on the queue ${queue}.`,
          remedy: `Start a worker of the queue ${queue}.`,
        },

  no_worker_for_type: ({ view: { type, queue, state }, queue: found, isTypeServed }) =>
    isTypeServed !== false || found?.workers === 0 || state === 'running'
      ? undefined
      : {
          text: `A worker that serves ${type}: none of those of the queue ${queue} serves the definition in force.`,
          remedy: `Start the worker that publishes ${type}, or see GET /v1/job-types/${type} for who owns it.`,
        },

  endpoint_failing: ({ view: { state }, failing }) =>
    failing === undefined || state === 'running'
      ? undefined
      : {
          text: `The server of its endpoint: ${failing.origin} fails since ${failing.since}, and is tried from time to time.`,
          remedy: `Mend ${failing.origin}: its jobs go on with the first answer that is no failure, half a minute later at most.`,
          since: failing.since,
        },

  ordering_key: ({ view: { orderingKey, state }, keyHolder }) =>
    keyHolder === undefined || state === 'running'
      ? undefined
      : {
          text: `The job of its key ${JSON.stringify(orderingKey)} before it: ${describe(keyHolder)}.`,
          remedy: `See why ${keyHolder.id} does not end, or cancel it.`,
          since: keyHolder.since,
          until: keyHolder.nextAttemptAt,
          jobs: [keyHolder.id],
          workers: keyHolder.worker === null ? [] : [keyHolder.worker],
        },

  claim: ({ view: { state }, claim }) => {
    if (claim === undefined || (state === 'running' && claim.isLeased)) return undefined;
    const deaths = claim.deaths === 0 ? '' : ` ${claim.deaths} owners died in this attempt before.`;
    return {
      text: claim.isLeased
        ? `Its claim: ${claim.owner} holds it for attempt ${claim.attempt}, until ${claim.leasedUntil} if that process shows no more sign of life.${deaths}`
        : `Another worker: ${claim.owner}, which ran attempt ${claim.attempt}, showed no sign of life since ${claim.leasedUntil}.${deaths}`,
      remedy: claim.isLeased
        ? 'Wait: the attempt ends, or the claim is free when its lease has ended.'
        : 'See why its worker ended. The next worker of the queue takes the claim over.',
      since: claim.takenAt,
      until: claim.leasedUntil,
      workers: [claim.owner],
    };
  },

  limit: ({ view: { queue, state }, usedLimits: [first] = [] }) =>
    first === undefined || state === 'running' ? undefined : holdOfLimit(queue, first),

  suspect: ({ suspicion }) => {
    if (suspicion === undefined) return undefined;
    const { deaths } = suspicion;
    return {
      text: `A process of its own: a worker died with it in flight, so suspects run alone, two at a time. Its own deaths: ${deaths}.`,
      remedy:
        'Wait: if it ends, it is cleared; after three deaths of its own it is a dead letter. To end it sooner, cancel it.',
    };
  },

  backlog: (facts) => {
    const { view, place, head } = facts;
    const ahead = jobsAhead(facts);
    if (ahead === undefined || ahead === 0 || view.state === 'running') return undefined;
    const at = `partition ${place!.partition} of ${place!.topic}`;
    return {
      text: `Its turn in the queue ${view.queue}. At most ${ahead} jobs come before it in ${at}.${describeHead(head)}`,
      remedy:
        'Add workers or slots. If the number does not change, see why the job at the head of the partition does not end.',
      since: head?.since ?? null,
      jobs: head?.job === undefined ? [] : [head.job.id],
      ahead,
      place: head?.place ?? null,
    };
  },

  lane_share: (facts) => {
    const lane = laneOf(facts);
    const before = lane && facts.queue!.lanes.filter((other) => rankOf(other) < rankOf(lane));
    const ahead = (before ?? []).reduce((sum, each) => sum + lagOf(each), 0);
    if (lane === undefined || ahead === 0 || facts.view.state === 'running') return undefined;
    return {
      text: `The share of the lane ${lane.lane}: ${ahead} jobs of lanes that are picked more often wait as well.`,
      remedy: 'Add workers or slots, or submit what is urgent alone with a high priority.',
      ahead,
    };
  },
};

/** Whether the log itself says that the job has not gone on. */
function isSurelyWaiting(facts: JobFacts): boolean {
  return dueLater(facts) !== undefined || (jobsAhead(facts) ?? 0) > 0;
}

function dueLater({ view: { state, nextAttemptAt }, time }: JobFacts): string | undefined {
  if (state === 'running' || nextAttemptAt === null || Date.parse(nextAttemptAt) <= time) return undefined;
  return nextAttemptAt;
}

function laneOf({ place, queue }: Pick<JobFacts, 'place' | 'queue'>): LaneState | undefined {
  return place === null ? undefined : queue?.lanes.find(({ topic }) => topic === place.topic);
}

/** Lanes with a lower rank get more of the slots. */
function rankOf({ lane, isRetry }: LaneState): number {
  return isRetry ? 1 : ['high', 'normal', 'low'].indexOf(lane);
}

function lagOf({ committed, ends }: LaneState): number {
  return ends.reduce((sum, end, partition) => sum + Math.max(end - committed[partition]!, 0), 0);
}

function holdOfLimit(queue: string, { rule, inUse, until, workers, jobs }: UsedLimit): Held {
  return {
    text: textOf(rule),
    remedy: `Change the limit: PUT /v1/queues/${queue}/limits; or see why the jobs under it do not end.`,
    until,
    jobs: jobs.slice(0, maxNamed),
    workers: workers.slice(0, maxNamed),
    limit: {
      id: scopeOf(rule),
      allows: rule.kind === 'concurrency' ? `${rule.max} at once` : rule.rate,
      inUse,
    },
  };
}

function textOf(rule: LimitRule): string {
  return rule.kind === 'concurrency'
    ? `The limit of ${rule.max} at once of ${rule.id}.`
    : `The limit of ${rule.rate} of ${scopeOf(rule)}.`;
}

function scopeOf(rule: LimitRule): string {
  return rule.kind === 'concurrency' ? rule.id : rule.id.slice(0, -rule.rate.length - 1);
}

function describe({ id, state, since, worker, nextAttemptAt }: EarlierJob): string {
  const where = worker === null ? '' : ` on ${worker}`;
  const until = nextAttemptAt === null ? '' : ` until ${nextAttemptAt}`;
  return `${id} is ${state} since ${since}${where}${until}`;
}

function describeHead(head: PartitionHead | undefined): string {
  if (head?.job === undefined) return '';
  return 'state' in head.job
    ? ` At its head: ${describe(head.job)}.`
    : ` At its head: ${head.job.id}, in the log since ${head.since}.`;
}
