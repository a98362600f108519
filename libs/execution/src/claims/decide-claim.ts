import type { JobId } from '@jobstream/contracts';

/** The request of an attempt for the claim of its job. */
export interface ClaimRequest {
  readonly id: JobId;
  readonly run: number;
  readonly attempt: number;
  /** Whether later attempts of the run come by the same record: the job has an ordering key. */
  readonly inPlace: boolean;
  /** The hash of the unique key that the job holds only until it starts: it is freed with the claim. Default none. */
  readonly keyUntilStart?: string | undefined;
  /**
   * The worker process and a number. An owner asks again only while it has no answer, so no attempt has started under a claim that
   * it finds taken in its own name.
   */
  readonly owner: string;
}

/** A claim as it stands in its row (`ClaimEntity`). */
export interface ClaimStanding {
  readonly run: number;
  readonly attempt: number;
  readonly state: 'running' | 'free' | 'retrying' | 'ended';
  readonly owner: string;
  readonly deaths: number;
  /** Whether no other may take it yet: its lease lasts, or Postgres started less than a lease ago. Counts for `running` alone. */
  readonly leased: boolean;
}

/**
 * The decision on a request:
 * - `take`: it may start `attempt`, in which `deaths` owners have died before;
 * - `repeat`: `attempt` has an outcome, which is to be produced again;
 * - `outdated`: the run or attempt it asks for was over before the one of the standing claim began;
 * - `held`: another owner runs the attempt.
 */
export type ClaimDecision =
  | { readonly kind: 'take'; readonly attempt: number; readonly deaths: number }
  | { readonly kind: 'repeat'; readonly attempt: number }
  | { readonly kind: 'outdated' }
  | { readonly kind: 'held' };

/**
 * Decides on a request for a claim. `ClaimStore` decides the same in SQL, because there it is decided and written in one step.
 * @param standing undefined when the job has no claim
 */
export function decideClaim(standing: ClaimStanding | undefined, request: ClaimRequest): ClaimDecision {
  if (standing === undefined) return { kind: 'take', attempt: request.attempt, deaths: 0 };
  const { run, state, owner } = standing;
  const sameRun = request.run === run;
  // The record of a job with an ordering key asks for the first attempt; the claim knows of later ones.
  const attempt = sameRun && request.inPlace ? Math.max(request.attempt, standing.attempt) : request.attempt;
  if (request.run < run || (sameRun && attempt < standing.attempt)) return { kind: 'outdated' };
  const isOwn = owner === request.owner;
  if (state === 'running' && standing.leased && !isOwn) return { kind: 'held' };
  if (!sameRun) return { kind: 'take', attempt, deaths: 0 };
  if (state === 'ended') return { kind: 'repeat', attempt: standing.attempt };
  if (attempt > standing.attempt) return { kind: 'take', attempt, deaths: 0 };
  if (state === 'retrying') return { kind: 'repeat', attempt };
  const died = state === 'running' && !isOwn;
  return { kind: 'take', attempt, deaths: standing.deaths + (died ? 1 : 0) };
}
