import type { ReplayRequest, SkipReason } from '@jobstream/contracts/rest';
import type { JobStanding } from '../projection.js';

/**
 * Decides whether a run that met the filter is run once more. A job that the projection knows only up to an earlier run
 * is unfinished. So is one that it does not know at all, unless retention has deleted it.
 * @param standing how the job stands by the projection
 * @param isNamed whether the filter names the job; a parked job is replayed only then
 */
export function decideReplay(
  run: number,
  standing: JobStanding | undefined,
  only: ReplayRequest['only'],
  isNamed: boolean,
): 'replay' | SkipReason {
  if (standing === undefined || standing.run < run) return 'unfinished';
  if (standing.run > run) return 'already_replayed';
  switch (standing.state) {
    case 'succeeded':
    case 'cancelled':
      return only === 'all' ? 'replay' : standing.state;
    case 'dead_lettered':
      return standing.reason === 'parked' && !isNamed ? 'parked' : 'replay';
    case 'expired':
      return 'replay';
    case 'scheduled':
    case 'queued':
    case 'running':
    case 'retrying':
      return 'unfinished';
  }
}
