import type { JobState } from '@jobstream/contracts';
import { lowestIdAt } from '@jobstream/contracts/rest';
import { codeOf, type Database } from '@jobstream/database';
import { lowestEndRank } from '@jobstream/lifecycle';
import { idSlackMs } from './job-search.js';

/** Which jobs to count: those created in `[since, until)`, as they are or as they were at a time. */
export interface CountScope {
  readonly at?: Date | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** The counts, and the time that they are of. */
export interface CountedJobs {
  readonly at: Date;
  /** By type, then state, without zeros. */
  readonly counts: readonly { readonly type: string; readonly state: JobState; readonly count: number }[];
}

/** More rows, or more counts, than can be served. The message says what to do. */
export class TooManyToCountError extends Error {
  readonly code = 'too_many_to_count';
  override readonly name = 'TooManyToCountError';
}

/** Time limit of one count. */
const maxCountMs = 10_000;
/** Time for which an answer is reused. */
const freshMs = 1_000;
/** Maximum number of counts that wait or are fresh; further ones are refused at once. */
const maxAnswers = 20;

/**
 * Counts jobs. Each count reads every row of its scope, so counts run one at a time. The same question, asked meanwhile
 * or within a second, gets the same answer, and a count that takes too long is cancelled: any number of callers costs one connection.
 */
export class JobCounts {
  private readonly answers = new Map<string, Promise<CountedJobs>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly database: Database) {}

  /** @throws TooManyToCountError, and what the database throws */
  count(scope: CountScope): Promise<CountedJobs> {
    const key = JSON.stringify(scope);
    const known = this.answers.get(key);
    if (known) return known;
    if (this.answers.size >= maxAnswers)
      return Promise.reject(
        new TooManyToCountError('Too many counts are asked for at once. Ask again later.'),
      );
    const answer = this.last.then(() => this.read(scope));
    this.last = answer.catch(() => undefined);
    this.answers.set(key, answer);
    void this.last.then(() => setTimeout(() => this.answers.delete(key), freshMs).unref());
    return answer;
  }

  private async read(scope: CountScope): Promise<CountedJobs> {
    try {
      return await this.database.transaction(
        async (session) => {
          const { rows: clock } = await session.query<{ now: Date }>({
            text: `SELECT now(), set_config('statement_timeout', '${maxCountMs}', true)`,
          });
          const { rows } = await session.query<CountColumns>(countStatement(this.database.projection, scope));
          const counts = rows.flatMap(({ state, ...count }) => (state === null ? [] : [{ ...count, state }]));
          return { at: scope.at ?? clock[0]!.now, counts };
        },
        { snapshot: true },
      );
    } catch (error) {
      if (codeOf(error) !== queryCancelled) throw error;
      throw new TooManyToCountError(
        `Counting took longer than ${maxCountMs / 1_000} s and was given up. Count fewer: name the time in which the ` +
          'jobs were created, by since and until.',
      );
    }
  }
}

const queryCancelled = '57014';

interface CountColumns {
  type: string;
  /** Null for jobs that were not there yet. */
  state: JobState | null;
  count: number;
}

function countStatement(
  schema: string,
  { at, since, until }: CountScope,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (given: unknown) => `$${values.push(given)}`;
  const conditions: string[] = [];
  if (since !== undefined) {
    conditions.push(`id >= ${value(lowestIdAt(since.getTime() - idSlackMs))}::uuid`);
    conditions.push(`created_at >= ${value(since)}`);
  }
  if (until !== undefined) {
    conditions.push(`id < ${value(lowestIdAt(until.getTime() + idSlackMs))}::uuid`);
    conditions.push(`created_at < ${value(until)}`);
  }
  let state = 'state';
  if (at !== undefined) {
    const time = `${value(at)}::timestamptz`;
    conditions.push(`id < ${value(lowestIdAt(at.getTime() + idSlackMs))}::uuid`);
    state = `CASE WHEN changed_at <= ${time} THEN state ELSE ${stateAt(schema, time)} END`;
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT type, state, count(*) AS count
    FROM (SELECT type, ${state} AS state FROM ${schema}.jobs ${where}) AS counted
    GROUP BY type, state ORDER BY type, state`;
  return { text, values };
}

/** `rankOf` of a transition, from its state and attempt. */
const rank = (state: string, attempt: string) => `CASE ${state} WHEN 'dead_lettered' THEN ${lowestEndRank}
  WHEN 'scheduled' THEN 4::bigint * ${attempt} WHEN 'queued' THEN 4::bigint * ${attempt} + 1
  WHEN 'running' THEN 4::bigint * ${attempt} + 2 WHEN 'retrying' THEN 4::bigint * ${attempt} + 3
  ELSE ${2 * lowestEndRank} END`;

/**
 * The state of a row of `jobs` that has changed since: what `standingOf` its transitions by then is, in SQL. Of equals
 * only ends can differ in their state, and of those the first counts. Null for a job that was not there yet.
 */
function stateAt(schema: string, time: string): string {
  const part = (nth: number) => `split_part(entry, ' ', ${nth})`;
  return `(SELECT step.state FROM (
      SELECT run, ${rank('state', 'attempt')} AS rank, state, topic, partition, "offset"
      FROM ${schema}.job_transitions WHERE job_id = jobs.id AND appended_at <= ${time}
      UNION ALL
      SELECT jobs.run, jobs.request_rank, 'queued', '', 0, 0
      WHERE jobs.request_rank < ${lowestEndRank} AND jobs.request_rank % 4 = 1 AND jobs.requested_at <= ${time}
      UNION ALL
      SELECT ${part(5)}::integer, ${rank(part(4), `${part(6)}::integer`)}, ${part(4)},
        ${part(1)}, substr(${part(2)}, 2)::integer, substr(${part(3)}, 2)::bigint
      FROM unnest(jobs.past) AS entry WHERE to_timestamp(${part(7)}::float8 / 1000) <= ${time}
    ) AS step
    ORDER BY step.run DESC, step.rank DESC, step.topic COLLATE "C", step.partition, step."offset" LIMIT 1)`;
}
