import type { Session } from '@jobstream/database';

/** Reads the time that counts, in whole milliseconds since 1970; tests hand in another. */
export type ReadClock = (session: Session) => Promise<number>;

/** Postgres' clock: the one clock that all schedulers share. Rounded down, so that nothing is early. */
export const readDatabaseClock: ReadClock = async (session) => {
  const { rows } = await session.query<{ now: number }>({
    name: 'read-clock',
    text: 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
  });
  return rows[0]!.now;
};
