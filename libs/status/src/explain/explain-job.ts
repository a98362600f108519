import { isFinal } from '@jobstream/contracts';
import type { Cause, JobExplanation, JobView } from '@jobstream/contracts/rest';
import { causesOf } from './causes.js';
import type { JobFacts } from './job-facts.js';
import { estimateStart } from './start-estimate.js';

/** Why a job is where it is, by what is known of it. */
export function explainJob(facts: JobFacts): JobExplanation {
  const { id, run, attempt, state } = facts.view;
  const [cause, ...behind] = causesOf(facts);
  return {
    id,
    run,
    attempt,
    state,
    verdict: verdictOf(facts, cause),
    cause: cause ?? null,
    behind,
    start: estimateStart(facts, cause),
  };
}

function verdictOf({ view, claim }: JobFacts, cause: Cause | undefined): string {
  if (isFinal(view.state)) return `It has ended and nothing holds it: ${describeEnd(view)}.`;
  if (cause !== undefined) return `It waits for this. ${cause.text}`;
  if (view.state !== 'running') return 'Nothing is known to hold it: a worker takes it next.';
  const since = view.startedAt === null ? '' : ` since ${view.startedAt}`;
  const owner = claim === undefined ? '' : ` ${claim.owner} holds its claim.`;
  return `It runs: attempt ${view.attempt}${since}.${owner}`;
}

function describeEnd({ state, reason, error, finishedAt, attempt }: JobView): string {
  const why = [reason, error && `${error.code}: ${error.message}`].filter((part) => part !== null).join(', ');
  const at = finishedAt === null ? '' : ` at ${finishedAt}`;
  return `${state}${at} in attempt ${attempt}${why === '' ? '' : ` (${why})`}`;
}
