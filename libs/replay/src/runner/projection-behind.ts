import type { Projection } from '../projection.js';
import type { Turn } from './turn.js';

/** The projection has not read yet the records that the log held when the replay began. Retried. */
export class ProjectionBehindError extends Error {
  readonly code = 'projection_behind';
  override readonly name = 'ProjectionBehindError';

  constructor() {
    super('The status of jobs is not up to date: waiting until the projection has read the log.');
  }
}

const patienceMs = 3_000;

/** Waits until the state of each job is certain. @throws ProjectionBehindError; what {@link Turn.check} throws */
export async function waitForProjection(projection: Projection, turn: Turn): Promise<void> {
  if (await projection.waitUntilCurrent(patienceMs)) return;
  turn.check();
  throw new ProjectionBehindError();
}
