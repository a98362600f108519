import type { JobId } from '@jobstream/contracts';

/** An attempt that asks for its job's claim. */
export interface ClaimRequest {
  readonly id: JobId;
  readonly run: number;
  readonly attempt: number;
  /** Whether later attempts of the run come by the same record: the job has an ordering key. */
  readonly inPlace: boolean;
  /**
   * Who asks: the worker process and a number of its own. The same one asks again only while it knows of no answer, so what it
   * finds taken in its own name has not been started.
   */
  readonly owner: string;
}

/** How a claim stands. See `ClaimEntity`. */
export interface ClaimStanding {
  readonly run: number;
  readonly attempt: number;
  readonly state: 'running' | 'free' | 'retrying' | 'ended';
  readonly owner: string;
  readonly deaths: number;
  /** Whether nobody may take over yet: the lease lasts, or Postgres has not been up for as long as a lease. Only of `running`. */
  readonly leased: boolean;
}

/**
 * What a request finds:
 * - `take`: it may start `attempt`, in which so many owners have died before;
 * - `repeat`: `attempt` has an outcome, which is to be produced again;
 * - `passed`: what it asks for was over before what stands there began;
 * - `held`: someone else runs it.
 */
export type ClaimDecision =
  | { readonly kind: 'take'; readonly attempt: number; readonly deaths: number }
  | { readonly kind: 'repeat'; readonly attempt: number }
  | { readonly kind: 'passed' }
  | { readonly kind: 'held' };

/**
 * Decides what a request finds. `ClaimStore` says the same in SQL, where it has to be decided and written down in one step.
 * @param standing undefined where the job has no claim
 */
export function decideClaim(standing: ClaimStanding | undefined, request: ClaimRequest): ClaimDecision {
  if (standing === undefined) return { kind: 'take', attempt: request.attempt, deaths: 0 };
  const { run, state, owner } = standing;
  const sameRun = request.run === run;
  // The record of an ordered job asks for the attempt it knows of; the claim knows better.
  const attempt = sameRun && request.inPlace ? Math.max(request.attempt, standing.attempt) : request.attempt;
  if (request.run < run || (sameRun && attempt < standing.attempt)) return { kind: 'passed' };
  const isOwn = owner === request.owner;
  if (state === 'running' && standing.leased && !isOwn) return { kind: 'held' };
  if (!sameRun) return { kind: 'take', attempt, deaths: 0 };
  if (state === 'ended') return { kind: 'repeat', attempt: standing.attempt };
  if (attempt > standing.attempt) return { kind: 'take', attempt, deaths: 0 };
  if (state === 'retrying') return { kind: 'repeat', attempt };
  const died = state === 'running' && !isOwn;
  return { kind: 'take', attempt, deaths: standing.deaths + (died ? 1 : 0) };
}
