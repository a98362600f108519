import type { JobView } from '@jobstream/contracts/rest';
import { goesFarther, type Standing } from '@jobstream/lifecycle';
import type { JobRow } from '@jobstream/projection';
import type { Place } from './log-position.js';
import { viewOfRow } from './job-view.js';

/** A job, and the record that its state is from; null while that is not known. */
export interface FoundJob {
  readonly view: JobView;
  readonly place: Place | null;
}

/** A job as the projection has it. */
export function foundRow(row: JobRow): FoundJob {
  return { view: viewOfRow(row), place: row.place };
}

/** Before all that the log holds. */
const nowhere: Place = { topic: '', partition: 0, offset: 0 };

/** The facts by which `goesFarther` decides whether this state counts. */
export function standingOfJob({ view: { run, attempt, state }, place }: FoundJob): Standing {
  const { topic, partition, offset } = place ?? nowhere;
  return { run, attempt, state, topic, partition, offset };
}

/**
 * What two sources say of one job together: the state that counts, and of its run what only the other knows. In whatever
 * order and number sources are put together, nothing goes back.
 */
export function laterOf(a: FoundJob, b: FoundJob): FoundJob {
  const [later, earlier] = goesFarther(standingOfJob(b), standingOfJob(a)) ? [b, a] : [a, b];
  if (later.view.run !== earlier.view.run) return later;
  return {
    place: later.place,
    view: {
      ...later.view,
      ...requestOf(later.view.maxAttempts === null ? earlier.view : later.view),
      deliveries: Math.max(later.view.deliveries, earlier.view.deliveries),
    },
  };
}

/** All sources put together by {@link laterOf}; undefined where none knows of the job. */
export function latestOf(sources: readonly (FoundJob | undefined)[]): FoundJob | undefined {
  return sources.reduce((a, b) => (a && b ? laterOf(a, b) : (a ?? b)), undefined);
}

/** What is null until the request itself is known. */
function requestOf({ payload, priority, maxAttempts, orderingKey, expiresAt }: JobView): Partial<JobView> {
  return { payload, priority, maxAttempts, orderingKey, expiresAt };
}
