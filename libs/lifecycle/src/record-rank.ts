import type { Phase, TopicRole } from '@jobstream/contracts';

/**
 * How far a record brings its run. Unfinished records rank by (attempt, phase), as 4 × attempt + phase; dead letters rank above all
 * of them, and final events above all dead letters.
 */
export type Rank = number;

const phaseRanks = { scheduled: 0, queued: 1, started: 2, progress: 2, retrying: 3 } as const;
/** The lowest rank that ends a run. */
export const lowestEndRank = 2 ** 40;
const deadLetterRank = lowestEndRank;
const finalRank = 2 ** 41;
/** Added to the rank of records without a request, so that any record with a request comes first. */
const withoutRequest = 2 ** 42;

/** The {@link Rank} of a record of this phase and attempt. */
export function rankOf(phase: Phase, attempt: number): Rank {
  switch (phase) {
    case 'scheduled':
    case 'queued':
    case 'started':
    case 'progress':
    case 'retrying':
      return 4 * attempt + phaseRanks[phase];
    case 'dead_lettered':
      return deadLetterRank;
    case 'succeeded':
    case 'cancelled':
    case 'expired':
      return finalRank;
  }
}

/** Beside the rank of `queued`: no record with a request has the rank of `started`. */
const scheduledRequest = phaseRanks.started;

/**
 * The rank by which the source of a run's request is chosen: the lowest counts. A scheduled request may be replaced while it waits,
 * so the request that went into the queue comes before it.
 */
export function requestRankOf(phase: Phase, attempt: number): Rank {
  switch (phase) {
    case 'scheduled':
      return 4 * attempt + scheduledRequest;
    case 'queued':
    case 'retrying':
    case 'dead_lettered':
      return rankOf(phase, attempt);
    case 'started':
    case 'progress':
    case 'succeeded':
    case 'cancelled':
    case 'expired':
      return withoutRequest + rankOf(phase, attempt);
  }
}

/** Whether this rank ends a run. */
export function endsRun(rank: Rank): boolean {
  return rank >= lowestEndRank;
}

/** Whether a request of this rank waits for its time: the last one counts, because each replaces the one before. */
export function isScheduledRequest(requestRank: Rank): boolean {
  return requestRank < lowestEndRank && requestRank % 4 === scheduledRequest;
}

/** The attempt that a `queued` record of this request rank starts; undefined when the request came by another phase. */
export function queuedAttempt(requestRank: Rank): number | undefined {
  return requestRank < lowestEndRank && requestRank % 4 === phaseRanks.queued
    ? Math.floor(requestRank / 4)
    : undefined;
}

/** Whether a record of this phase may be on a topic of this role. A final state, for example, counts on the events alone. */
export function belongsOn(phase: Phase, role: TopicRole): boolean {
  switch (role.kind) {
    case 'requests':
    case 'retry':
    case 'delayed':
      return phase === 'scheduled' || phase === 'queued' || phase === 'retrying';
    case 'dead-letters':
      return phase === 'dead_lettered';
    case 'events':
      return phase !== 'scheduled' && phase !== 'queued' && phase !== 'dead_lettered';
    case 'cancels':
    case 'types':
    case 'logs':
    case 'control':
    case 'clock':
    case 'workers':
      return false;
  }
}
