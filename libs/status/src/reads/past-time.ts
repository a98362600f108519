import type { DatabaseClock } from '@jobstream/database';
import { StatusError } from '../status-error.js';
import type { CatchUp } from './catch-up.js';

/** What reading the past needs. */
export interface PastTimeOptions {
  readonly catchUp: Pick<CatchUp, 'reach'>;
  readonly databaseClock: Pick<DatabaseClock, 'now'>;
}

/** The clocks of client and server may differ by this much. */
const clockSlackMs = 60_000;

/**
 * Before what was true at a time is read: waits until the projection has what the log held by then, as far as that is still to come.
 * @throws StatusError `invalid_request` for a time in the future
 */
export async function reachTime(at: Date, { catchUp, databaseClock }: PastTimeOptions): Promise<void> {
  const now = databaseClock.now();
  refuseFuture(at, now);
  if (at.getTime() >= now - clockSlackMs) await catchUp.reach();
}

/**
 * Rejects times in the future.
 * @param now milliseconds since 1970, by Postgres' clock
 * @throws StatusError `invalid_request`
 */
export function refuseFuture(at: Date, now: number): void {
  if (at.getTime() <= now + clockSlackMs) return;
  throw new StatusError('invalid_request', 'The query has faults.', {
    errors: [{ pointer: '/at', detail: 'This time is in the future.' }],
  });
}
