import { isFinal } from '@jobstream/contracts';
import type { JobView, WaitingFor } from '@jobstream/contracts/rest';
import { causesOf, jobsAhead, type JobCauseCode } from '../explain/causes.js';
import type { JobFacts } from '../explain/job-facts.js';
import { paceOf } from '../explain/start-estimate.js';

/** Why a job waits, in short; null when it runs or is final. */
export function waitingFor(facts: JobFacts): WaitingFor | null {
  const { view, pausedSince } = facts;
  if (isFinal(view.state) || view.state === 'running') return null;
  const [cause] = causesOf(facts);
  const kind = kindOf(cause?.code, view);
  const isTimed = kind === 'time' || kind === 'retry';
  return {
    kind,
    text: kind === 'turn' || kind === 'key' ? describeTurn(facts) : cause!.text,
    until: isTimed ? cause!.until : null,
    ahead: isTimed ? null : (jobsAhead(facts) ?? null),
    estimateSeconds: isTimed || pausedSince !== undefined ? null : estimateOf(facts),
  };
}

function kindOf(code: JobCauseCode | undefined, { orderingKey }: JobView): WaitingFor['kind'] {
  switch (code) {
    case 'not_due':
      return 'time';
    case 'retry_not_due':
      return 'retry';
    case 'queue_paused':
      return 'pause';
    case 'no_worker':
    case 'no_worker_for_type':
      return 'worker';
    case 'endpoint_failing':
      return 'endpoint';
    case 'limit':
      return 'limit';
    case 'ordering_key':
      return 'key';
    case 'claim':
    case 'suspect':
    case 'backlog':
    case 'lane_share':
    case 'projection_behind':
    case undefined:
      return orderingKey === null ? 'turn' : 'key';
  }
}

function describeTurn(facts: JobFacts): string {
  const { queue, orderingKey } = facts.view;
  const ahead = jobsAhead(facts);
  const behind =
    ahead === undefined ? '' : ahead === 0 ? ' It is next.' : ` At most ${ahead} jobs come before it.`;
  return orderingKey === null
    ? `Its turn in the queue ${queue}.${behind}`
    : `The jobs of its key before it, then its turn in the queue ${queue}.${behind}`;
}

function estimateOf(facts: JobFacts): number | null {
  return jobsAhead(facts) ? (paceOf(facts)?.p50 ?? null) : null;
}
