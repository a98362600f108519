import { setTimeout as pause } from 'node:timers/promises';
import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';

/** Resolves once someone waits for the advisory lock of this name. */
export async function lockAwaited(database: Database, lock: string): Promise<void> {
  for (;;) {
    const { rows } = await database.query({
      text: `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
             AND objid = (hashtextextended($1, 0) & 4294967295)::oid`,
      values: [lock],
    });
    if (rows.length > 0) return;
    await pause(5);
  }
}

/** The jobs that a rebuild has carried over. */
export async function carriedIds(database: Database): Promise<JobId[]> {
  const { rows } = await database.query<{ id: JobId }>({
    text: `SELECT id FROM ${database.projection}.jobs WHERE carried ORDER BY id`,
  });
  return rows.map(({ id }) => id);
}
