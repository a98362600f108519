import type { Session } from '@jobstream/database';

/**
 * The advisory lock of a projection (named by its schema, quoted): shared by every transaction that writes rows, taken
 * exclusively by what must not meet one of them: a rebuild that puts another generation in its place, a declaration of what is searched.
 */
export function projectionLock(schema: string): string {
  return `jobstream projection ${schema}`;
}

/**
 * Waits until no transaction writes rows of a projection, and keeps them waiting until the session's ends.
 * @throws after 3 s
 */
export async function holdProjectors(session: Session, schema: string): Promise<void> {
  await session.query({ text: `SET LOCAL lock_timeout = '3s'` });
  await session.query({
    text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [projectionLock(schema)],
  });
}
