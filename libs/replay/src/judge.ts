import type { ReplayRequest, SkipReason } from '@jobstream/contracts/rest';
import type { JobStanding } from './projection.js';

/**
 * Decides whether a run that met the filter is run once more. What the projection does not know as far as the record that
 * was read is still under way; what it does not know at all is, too, or was deleted by retention after its end.
 * @param isNamed whether the filter names the job, so that it is meant even if parked
 */
export function judgeRun(
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
