/**
 * What tables of counts have in common: the counts of the last day, in rows that belong to a writer. They are added up when they are
 * read.
 */

/** How long counts are kept, for SQL: a day, and what a clock may be off. */
export const keptFor = `interval '25 hours'`;

/** Projectors whose rows are apart. More of them share rows, and may wait for each other. */
const writers = 16;

/** The writer whose rows this session counts in, for SQL. */
export const writer = `pg_backend_pid() % ${writers}`;

/** Whether what happened at a time is counted, for SQL: what is older than is kept is not. */
export function isCounted(time: string): string {
  return `${time} BETWEEN now() - ${keptFor} AND now() + interval '1 hour'`;
}
