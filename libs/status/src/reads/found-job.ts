import type { JobId } from '@jobstream/contracts';
import type { JobError } from '@jobstream/contracts/records';
import type { JobView } from '@jobstream/contracts/rest';
import { goesFarther, type Standing } from '@jobstream/lifecycle';
import type { JobRow, JobWithChildren } from '@jobstream/projection';
import type { Place } from './log-position.js';
import { viewOfRow } from './job-view.js';

/** A job, and the coordinates of the record that its state is from; null while they are not known. */
export interface FoundJob {
  readonly view: JobView;
  readonly place: Place | null;
  /** The error with its stack, as the row has it. Undefined without one, and of a job that is not from its row. */
  readonly error?: JobError | undefined;
  /** The jobs that its handler has made, as the row says. Undefined for a job that is not from its row; null unless it has succeeded. */
  readonly children?: JobId[] | null | undefined;
}

/** A job as the projection has it. */
export function foundRow(row: JobRow | JobWithChildren): FoundJob {
  const children = 'children' in row ? row.children : undefined;
  return { view: viewOfRow(row), place: row.place, error: row.error ?? undefined, children };
}

/** Coordinates before all records. */
const nowhere: Place = { topic: '', partition: 0, offset: 0 };

/** The fields of the job by which `goesFarther` decides. */
export function standingOfJob({ view: { run, attempt, state }, place }: FoundJob): Standing {
  const { topic, partition, offset } = place ?? nowhere;
  return { run, attempt, state, topic, partition, offset };
}

/**
 * One job from two sources: the state that counts, with the facts of its run that only the other has. Sources may be merged in any
 * order, and more than once: the job never goes back.
 */
export function laterOf(a: FoundJob, b: FoundJob): FoundJob {
  const [later, earlier] = goesFarther(standingOfJob(b), standingOfJob(a)) ? [b, a] : [a, b];
  if (later.view.run !== earlier.view.run) return later;
  return {
    ...later,
    view: {
      ...later.view,
      ...requestOf(later.view.maxAttempts === null ? earlier.view : later.view),
      deliveries: Math.max(later.view.deliveries, earlier.view.deliveries),
    },
  };
}

/** All sources merged by {@link laterOf}; undefined when none knows the job. */
export function latestOf(sources: readonly (FoundJob | undefined)[]): FoundJob | undefined {
  return sources.reduce((a, b) => (a && b ? laterOf(a, b) : (a ?? b)), undefined);
}

/** The fields that are null until the request itself is known. */
function requestOf({ payload, priority, maxAttempts, orderingKey, expiresAt }: JobView): Partial<JobView> {
  return { payload, priority, maxAttempts, orderingKey, expiresAt };
}
