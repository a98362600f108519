import { Logger } from 'graphile-worker';

/** Says what fails, and nothing else. */
export const logger = new Logger(() => (level, message) => {
  if (level === 'error') console.error(message);
});

/** Jobs that have ended: Graphile Worker forgets them. */
export const endedTable = `CREATE TABLE IF NOT EXISTS public.graphile_ended (id bigint PRIMARY KEY, type text NOT NULL, queue text NOT NULL,
  payload jsonb NOT NULL, result jsonb NOT NULL, attempt int NOT NULL, created_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT now())`;
