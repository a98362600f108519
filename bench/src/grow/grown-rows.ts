import { schemasOf } from '@jobstream/database';
import type pg from 'pg';

/** Rows that one statement makes: few enough that its time limit does not matter. */
const chunk = 250_000;
/** Over how long the rows were accepted: an hour less than jobs are usually asked for. */
const spreadMs = 30 * 24 * 3_600_000;

/** What {@link GrownRows} made that reads ask for. */
export interface GrownIds {
  /** A finished job of the middle of its life. */
  readonly job: string;
  /** One that has failed twice. */
  readonly deadLetter: string;
  readonly parent: string;
  readonly group: string;
  readonly replay: string;
}

/**
 * Fills the tables of a namespace with finished jobs as a platform of many types has them: of 100,000 one is of a rare type, 500 are dead
 * letters with their history, 20 are unfinished. Rows and ids follow from their number, so they can be made in parts.
 */
export class GrownRows {
  private readonly jobs: string;
  private readonly transitions: string;
  private readonly replayJobs: string;
  private readonly groups: string;
  private readonly throughput: string;
  private readonly now = Date.now() - 60_000;

  constructor(
    private readonly database: pg.Pool,
    namespace: string,
    /** The most rows that there will be. */
    private readonly most: number,
  ) {
    const { projection, operations } = schemasOf(namespace);
    this.jobs = `${projection}.jobs`;
    this.transitions = `${projection}.job_transitions`;
    this.groups = `${projection}.error_groups`;
    this.throughput = `${projection}.throughput`;
    this.replayJobs = `${operations}.replay_jobs`;
  }

  /** Makes the rows after `from` up to `to`, and lets Postgres count what it has. */
  async grow(from: number, to: number): Promise<void> {
    for (let after = from; after < to; after += chunk) {
      const values = [after + 1, Math.min(to, after + chunk)];
      await this.database.query(this.jobsStatement(), values);
      await this.database.query(this.transitionsStatement(), values);
      await this.database.query(
        `INSERT INTO ${this.replayJobs} (job_id, run, replay_id, state, replayed_at)
         SELECT id, 2, ${replayOf('nth')}, 'replayed', created_at FROM ${this.numbered()} WHERE nth % 5000 = 11`,
        values,
      );
    }
    if (from === 0) {
      await this.database.query(groupsStatement(this.groups));
      await this.database.query(throughputStatement(this.throughput));
    }
    for (const table of [this.jobs, this.transitions, this.replayJobs, this.groups, this.throughput])
      await this.database.query(`VACUUM ANALYZE ${table}`);
  }

  /** Ids of rows that are there when `rows` are. */
  async ids(rows: number): Promise<GrownIds> {
    const middle = rows - (rows % 10_000) - 10_000;
    const { rows: found } = await this.database.query<GrownIds>(
      `SELECT max(id::text) FILTER (WHERE nth = 1) AS job, max(id::text) FILTER (WHERE nth = 200) AS "deadLetter",
         max(${parentOf('nth')}::text) FILTER (WHERE nth = 59) AS parent, max(${groupOf('nth')}) FILTER (WHERE nth = 200) AS "group",
         max(${replayOf('nth')}::text) FILTER (WHERE nth = 5011) AS replay
       FROM (SELECT nth - ${middle} AS place, * FROM ${this.numbered()}) AS made (place, nth, id, created_at)`.replaceAll(
        'WHERE nth =',
        'WHERE place =',
      ),
      [middle, middle + 9_999],
    );
    return found[0]!;
  }

  /** Numbers of jobs with their ids and the times at which they were accepted: those from `$1` to `$2`. */
  private numbered(): string {
    const ms = `(${this.now - spreadMs} + nth * ${spreadMs / this.most})::bigint`;
    return `(SELECT nth, ${idOf('nth', ms)} AS id, to_timestamp(${ms} / 1000.0) AS created_at
             FROM generate_series($1::bigint, $2::bigint) AS nth) AS made`;
  }

  private jobsStatement(): string {
    return `INSERT INTO ${this.jobs} (id, run, origin_run, origin_rank, origin_position, type, submitted_for, parent_id, created_at,
        request_rank, request_position, requested_at, queue, payload, priority, max_attempts, ordering_key,
        outcome_rank, outcome_position, changed_at, state, indexed_state, attempt, result, error, error_group, reason, worker,
        started_at, finished_at, next_attempt_at)
      SELECT id, CASE WHEN nth % 5000 = 11 THEN 2 ELSE 1 END, 1, 5, place, type,
        CASE WHEN nth % 100000 = 78 THEN 'rare-customer' WHEN nth % 3 = 0 THEN 'customer-' || nth % 50 END,
        CASE WHEN nth % 50 = 9 THEN ${parentOf('nth')} END, created_at,
        5, place, created_at + interval '3 ms', queue,
        '{"image":"' || id || '","size":' || nth % 1000 || ',"note":"' || repeat(md5(nth::text), 2) || '"}',
        CASE nth % 40 WHEN 1 THEN 'high' WHEN 2 THEN 'low' ELSE 'normal' END, 4, CASE WHEN nth % 20 = 4 THEN 'key-' || nth % 5000 END,
        CASE state WHEN 'dead_lettered' THEN 1099511627776 WHEN 'scheduled' THEN 4 WHEN 'running' THEN 6 WHEN 'retrying' THEN 7
          ELSE 2199023255552 END,
        'grown.jobs.events 1' || nth % 6 || ' 8' || 10000000 + nth, ended_at, state, nullif(state, 'succeeded'),
        CASE state WHEN 'dead_lettered' THEN 4 ELSE 1 END, CASE state WHEN 'succeeded' THEN '{"ok":true,"bytes":' || nth % 10000 || '}' END,
        CASE WHEN state IN ('dead_lettered', 'retrying') THEN ${errorOf('nth')} END,
        CASE WHEN state IN ('dead_lettered', 'retrying') THEN ${groupOf('nth')} END,
        CASE state WHEN 'dead_lettered' THEN CASE WHEN nth % 3000 = 0 THEN 'non_retryable' ELSE 'exhausted' END END,
        CASE WHEN state <> 'scheduled' THEN 'worker-' || nth % 4 || '-0123456789ab' END,
        CASE WHEN state <> 'scheduled' THEN created_at + interval '20 ms' END,
        CASE WHEN state NOT IN ('scheduled', 'running', 'retrying') THEN ended_at END,
        CASE WHEN state IN ('scheduled', 'retrying') THEN now() + interval '1 day' END
      FROM (SELECT *, 'grown.jobs.' || queue || ' 1' || nth % 6 || ' 8' || 10000000 + nth AS place,
        created_at + CASE WHEN nth % 20000 = 13 THEN interval '45 s' ELSE nth % 50 * interval '1 ms' + interval '25 ms' END AS ended_at
        FROM (SELECT *, CASE WHEN nth % 100000 = 77 THEN 'probe.rare' WHEN nth % 10 < 6 THEN 'probe.run'
              WHEN nth % 10 < 9 THEN 'image.thumbnail' ELSE 'notification.email' END AS type,
            CASE WHEN nth % 100000 = 77 OR nth % 10 < 6 THEN 'probe' WHEN nth % 10 < 9 THEN 'image' ELSE 'notification' END AS queue,
            CASE WHEN nth % 200 = 0 THEN 'dead_lettered' WHEN nth % 500 = 2 THEN 'cancelled' WHEN nth % 500 = 7 THEN 'expired'
              WHEN nth % 10000 = 3 THEN 'scheduled' WHEN nth % 10000 = 4 THEN 'retrying' WHEN nth % 10000 = 5 THEN 'running'
              ELSE 'succeeded' END AS state
          FROM ${this.numbered()}) AS kinds) AS placed
      ORDER BY id`;
  }

  /** Two retries of each dead letter, and its end. */
  private transitionsStatement(): string {
    return `INSERT INTO ${this.transitions} (job_id, topic, partition, "offset", appended_at, state, run, attempt, worker, started_at, error,
        reason, attempts, origin)
      SELECT id, CASE attempt WHEN 3 THEN 'grown.jobs.probe.dlq' ELSE 'grown.jobs.probe.retry.10s' END, 0, nth * 3 + attempt,
        created_at + attempt * interval '10 s', CASE attempt WHEN 3 THEN 'dead_lettered' ELSE 'retrying' END, 1, attempt,
        'worker-0123456789ab', created_at + attempt * interval '10 s', ${errorOf('nth')},
        CASE attempt WHEN 3 THEN 'exhausted' END, CASE attempt WHEN 3 THEN 3 END,
        CASE attempt WHEN 3 THEN '{"topic":"grown.jobs.probe","partition":0,"offset":' || nth || '}' END
      FROM ${this.numbered()} CROSS JOIN generate_series(1, 3) AS attempt WHERE nth % 200 = 0 ORDER BY id`;
  }
}

/** UUIDs, version 7, as intake draws them. */
function idOf(nth: string, ms: string): string {
  const hash = `md5(${nth}::text)`;
  return `(lpad(to_hex(${ms}), 12, '0') || '7' || substr(${hash}, 1, 3) || 'a' || substr(${hash}, 4, 15))::uuid`;
}

/** Each makes twenty children. */
const parentOf = (nth: string) => uuidOf(`'parent ' || ${nth} / 1000`);

/** Each ran two hundred jobs. */
const replayOf = (nth: string) => uuidOf(`'replay ' || ${nth} / 1000000`);

const groupOf = (nth: string) => `substr(md5('group ' || ${nth} / 200 % 300), 1, 16)`;

function uuidOf(text: string): string {
  return `(substr(md5(${text}), 1, 12) || '7' || substr(md5(${text}), 14, 3) || 'a' || substr(md5(${text}), 18, 15))::uuid`;
}

function errorOf(nth: string): string {
  return `'{"code":"' || CASE WHEN ${nth} % 100000 = 0 THEN 'rare_code' WHEN ${nth} % 400 = 0 THEN 'timeout' ELSE 'http_500' END
    || '","message":"The server ' || ${nth} % 300 || '.example.org did not answer within 30 s","stack":"Error: at call (/srv/app/handler.js:12:3)"}'`;
}

function groupsStatement(table: string): string {
  return `INSERT INTO ${table} (id, writer, count, first_at, last_at, job_id, type, queue, code, message)
    SELECT ${groupOf('nth')}, 0, 100, now() - interval '30 days', now() - nth * interval '1 s', ${uuidOf(`'latest ' || nth`)},
      'probe.run', 'probe', 'http_500', 'The server 1.example.org did not answer within 30 s'
    FROM generate_series(0, 59999, 200) AS nth`;
}

/** A day of a platform that is never idle: three types in each bucket. */
function throughputStatement(table: string): string {
  return `INSERT INTO ${table} (at, type, queue, writer, accepted, succeeded, dead_lettered, expired, cancelled, retried)
    SELECT date_bin('10 seconds', now() - nth * interval '10 s', 'epoch'), type, split_part(type, '.', 1), 0, 100, 99, 1, 0, 0, 2
    FROM generate_series(1, 8640) AS nth CROSS JOIN unnest('{probe.run,image.thumbnail,notification.email}'::text[]) AS type
    ON CONFLICT DO NOTHING`;
}
