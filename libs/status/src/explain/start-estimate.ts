import { isFinal } from '@jobstream/contracts';
import type { JobExplanation } from '@jobstream/contracts/rest';
import { jobsAhead, type JobCause } from './causes.js';
import type { JobFacts } from './job-facts.js';

type Start = JobExplanation['start'];

/** When the next attempt of a job may start, by what holds it now; undefined when nothing does. */
export function estimateStart(facts: JobFacts, cause: JobCause | undefined): Start {
  if (isFinal(facts.view.state)) return unknown('It has ended.');
  switch (cause?.code) {
    case undefined:
      return unknown(facts.view.state === 'running' ? 'It runs.' : 'It starts as soon as a slot is free.');
    case 'not_due':
    case 'retry_not_due':
      return whenDue(facts, cause.until!);
    case 'limit':
    case 'backlog':
    case 'lane_share':
      return byPace(facts);
    case 'projection_behind':
      return unknown('It may have started: its status is behind the log.');
    case 'queue_paused':
    case 'no_worker':
    case 'no_worker_for_type':
    case 'endpoint_failing':
    case 'ordering_key':
    case 'claim':
    case 'suspect':
      return unknown('Nobody can know when what holds it ends.');
  }
}

/** The pace at which the records before the job, or the job itself, will be finished. */
export function paceOf(facts: JobFacts): { readonly p50: number; readonly p90: number } | undefined {
  const { view, place, paces } = facts;
  const ahead = jobsAhead(facts);
  if (place === null || ahead === undefined) return undefined;
  return paces?.of(view.queue, place.topic, place.partition, Math.max(ahead, 1));
}

function whenDue({ time }: JobFacts, until: string): Start {
  if (!Number.isFinite(time)) return unknown("The broker's time is not known yet. Ask again.");
  const seconds = Math.round((Date.parse(until) - time) / 100) / 10;
  return {
    p50Seconds: seconds,
    p90Seconds: seconds,
    why: 'To its time: what waits in the queue then is left out.',
  };
}

function byPace(facts: JobFacts): Start {
  const pace = paceOf(facts);
  if (pace !== undefined) return { p50Seconds: pace.p50, p90Seconds: pace.p90, why: null };
  return unknown(
    facts.place === null
      ? 'Its place in the log is not known yet. Ask again.'
      : 'Nobody has seen its partition move in the last ten minutes. Ask again in a few seconds.',
  );
}

function unknown(why: string): Start {
  return { p50Seconds: null, p90Seconds: null, why };
}
