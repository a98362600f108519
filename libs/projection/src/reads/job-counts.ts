import type { JobState } from '@jobstream/contracts';
import { lowestIdAt } from '@jobstream/contracts/rest';
import { codeOf, type Database } from '@jobstream/database';
import { idSlackMs } from './job-search.js';
import { stateAt } from './state-at.js';

/** Which jobs to count: those created in `[since, until)`, as they are or as they were at a time. */
export interface CountScope {
  readonly at?: Date | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** The counts, and the time that they are of. */
export interface CountedJobs {
  readonly at: Date;
  /** By type, then queue, then state, without zeros. */
  readonly counts: readonly {
    readonly type: string;
    readonly queue: string;
    readonly state: JobState;
    readonly count: number;
  }[];
}

/** More rows, or more counts, than can be served. The message says what to do. */
export class TooManyToCountError extends Error {
  readonly code = 'too_many_to_count';
  override readonly name = 'TooManyToCountError';
}

/** Time limit of one count. */
const maxCountMs = 10_000;
/** Time for which an answer is reused, whoever asks. */
const freshMs = 1_000;
/** Maximum number of counts that wait or are fresh; further ones are refused at once. As many older ones are remembered. */
const maxAnswers = 20;

interface Answer {
  readonly counted: Promise<CountedJobs>;
  /** By a steady clock; undefined until it has been counted. */
  at?: number;
}

/**
 * Counts jobs. Each count reads every row of its scope, so counts run one at a time. The same question, asked meanwhile
 * or within a second, gets the same answer, and a count that takes too long is cancelled: any number of callers costs one connection.
 */
export class JobCounts {
  private readonly answers = new Map<string, Answer>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The counts that were made within this time, or are being made; undefined where there are none. */
  recall(scope: CountScope, maxAgeMs: number): Promise<CountedJobs> | undefined {
    const known = this.answers.get(JSON.stringify(scope));
    return known && (known.at === undefined || this.now() - known.at < maxAgeMs) ? known.counted : undefined;
  }

  /** @throws TooManyToCountError, and what the database throws */
  count(scope: CountScope): Promise<CountedJobs> {
    const known = this.recall(scope, freshMs);
    if (known) return known;
    if ([...this.answers.values()].filter((answer) => this.isFresh(answer)).length >= maxAnswers)
      return Promise.reject(
        new TooManyToCountError('Too many counts are asked for at once. Ask again later.'),
      );
    const counted = this.last.then(() => this.read(scope));
    this.last = counted.catch(() => undefined);
    const answer: Answer = { counted };
    const key = JSON.stringify(scope);
    this.answers.delete(key);
    this.answers.set(key, answer);
    this.forgetOldest();
    void this.last.then(() => (answer.at = this.now()));
    // Who asks after a failure asks anew.
    counted.catch(() => this.answers.delete(key));
    return counted;
  }

  private isFresh({ at }: Answer): boolean {
    return at === undefined || this.now() - at < freshMs;
  }

  private forgetOldest(): void {
    for (const [key, answer] of this.answers) {
      if (this.answers.size <= 2 * maxAnswers) return;
      if (!this.isFresh(answer)) this.answers.delete(key);
    }
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
  queue: string;
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
    state = stateAt(schema, time);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT type, queue, state, count(*) AS count
    FROM (SELECT type, queue, ${state} AS state FROM ${schema}.jobs AS jobs ${where}) AS counted
    GROUP BY type, queue, state ORDER BY type, queue, state`;
  return { text, values };
}
