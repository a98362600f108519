import type { JobId } from '@jobstream/contracts';
import type { ReplayFault } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';
import type { Range } from '../selection/ranges.js';
import { replayOf, type Replay, type ReplayFailure, type ReplayRow, type Skipped } from './replay.js';

/** A replay to insert. */
export type NewReplay = Pick<Replay, 'id' | 'request' | 'ranges' | 'below' | 'expected' | 'requestedBy'>;

/** A replay that this process runs, as long as the row has its token. */
export interface HeldReplay {
  readonly replay: Replay;
  readonly token: string;
}

/** The result of one page of a replay. */
export interface PageResult {
  readonly ranges: readonly Range[];
  readonly below: JobId | null;
  readonly matched: number;
  /** Jobs that are done with this page: those of a cancel. Runs are counted when they are in their queue. */
  readonly done: number;
  readonly failed: number;
  /** The new totals, as are the faults. */
  readonly skipped: Skipped;
  readonly faults: readonly ReplayFault[];
}

const columns = `id, source, action, queue, request, ranges, below, state, matched, replayed, failed, skipped, faults, expected,
  requested_by, created_at, started_at, finished_at, trouble, failure, cardinality(deaths) AS deaths,
  clock_timestamp() AS read_at`;
const isOpen = `state IN ('pending', 'running', 'cancelling')`;
const isFree = `(lease_until IS NULL OR lease_until < clock_timestamp())`;
const keptDays = 90;
const purgedAtOnce = 50;

/** The rows of `operations.replays`. Leases go by Postgres' clock alone. */
export class ReplayStore {
  private readonly table: string;
  private readonly jobs: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.replays`;
    this.jobs = `${database.operations}.replay_jobs`;
  }

  /** Inserts a replay. With a lease this process holds it from the start. */
  async insert(
    session: Session,
    { id, request, ranges, below, expected, requestedBy }: NewReplay,
    lease?: { readonly token: string; readonly ms: number },
  ): Promise<Replay> {
    const { rows } = await session.query<ReplayRow>({
      text: `INSERT INTO ${this.table} (id, source, queue, request, ranges, state, matched, replayed, failed, skipped, faults,
               expected, requested_by, created_at, started_at, lease_token, lease_until, action, below)
             SELECT $1, $2, $3, $4, $5, CASE WHEN $8::uuid IS NULL THEN 'pending' ELSE 'running' END, 0, 0, 0, '{}', '[]',
               $6, $7, now(), CASE WHEN $8::uuid IS NOT NULL THEN now() END, $8,
               clock_timestamp() + $9::double precision * interval '1 ms', $10, $11
             RETURNING ${columns}`,
      values: [
        id,
        request.source,
        request.source === 'jobs' ? null : request.queue,
        JSON.stringify(request),
        JSON.stringify(ranges),
        expected,
        requestedBy,
        lease?.token ?? null,
        lease?.ms ?? null,
        request.source === 'jobs' ? request.action : 'replay',
        below,
      ],
    });
    return replayOf(rows[0]!);
  }

  async find(id: string): Promise<Replay | undefined> {
    const { rows } = await this.database.query<ReplayRow>({
      text: `SELECT ${columns} FROM ${this.table} WHERE id = $1`,
      values: [id],
    });
    return rows[0] && replayOf(rows[0]);
  }

  /** The newest replays, or the newest actions, in a state or in any: those older than the one with this id. */
  async list(
    what: 'replays' | 'actions',
    {
      state,
      older,
      limit,
    }: { state?: Replay['state'] | 'open' | undefined; older: string | undefined; limit: number },
  ): Promise<Replay[]> {
    const { rows } = await this.database.query<ReplayRow>({
      text: `SELECT ${columns} FROM ${this.table}
             WHERE ${what === 'actions' ? "source = 'jobs'" : "action = 'replay'"} AND ($1::uuid IS NULL OR id < $1::uuid)
             AND ${state === 'open' ? isOpen : '($3::text IS NULL OR state = $3)'}
             ORDER BY id DESC LIMIT $2`,
      values: [older ?? null, limit, ...(state === 'open' ? [] : [state ?? null])],
    });
    return rows.map(replayOf);
  }

  /** Resolves with whether the replay was open. */
  async cancel(id: string): Promise<boolean> {
    const { affected } = await this.database.query({
      text: `UPDATE ${this.table} SET state = 'cancelling' WHERE id = $1 AND ${isOpen}`,
      values: [id],
    });
    return affected > 0;
  }

  /** Takes the oldest open replay that no process holds. If its lease ran out, that counts as a death. */
  async take(token: string, leaseMs: number): Promise<HeldReplay | undefined> {
    const { rows } = await this.database.query<ReplayRow>({
      name: 'take-replay',
      text: `UPDATE ${this.table} SET lease_token = $1, lease_until = clock_timestamp() + $2 * interval '1 ms',
               state = CASE state WHEN 'pending' THEN 'running' ELSE state END,
               started_at = coalesce(started_at, clock_timestamp()), trouble = NULL,
               deaths = CASE WHEN lease_token IS NULL THEN deaths ELSE deaths || lease_token END
             WHERE id = (SELECT id FROM ${this.table} WHERE ${isOpen} AND ${isFree}
                         ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING ${columns}`,
      values: [token, leaseMs],
    });
    return rows[0] && { replay: replayOf(rows[0]), token };
  }

  /** Renews the lease of a replay. Resolves with its state; undefined once another process holds it. */
  async renew({ replay, token }: HeldReplay, leaseMs: number): Promise<Replay['state'] | undefined> {
    const { rows } = await this.database.query<Pick<ReplayRow, 'state'>>({
      name: 'renew-replay',
      text: `UPDATE ${this.table} SET lease_until = clock_timestamp() + $3 * interval '1 ms'
             WHERE id = $1 AND lease_token = $2 RETURNING state`,
      values: [replay.id, token, leaseMs],
    });
    return rows[0]?.state;
  }

  /** Advances a replay, in the transaction that reserves the page. Resolves with false when it has to stop. */
  async advance(session: Session, { replay, token }: HeldReplay, page: PageResult): Promise<boolean> {
    const { affected } = await session.query({
      name: 'advance-replay',
      text: `UPDATE ${this.table} SET ranges = $3, below = $8, matched = matched + $4, replayed = replayed + $9,
               failed = failed + $5, skipped = $6, faults = $7, deaths = '{}'
             WHERE id = $1 AND lease_token = $2 AND state = 'running'`,
      values: [
        replay.id,
        token,
        JSON.stringify(page.ranges),
        page.matched,
        page.failed,
        JSON.stringify(page.skipped),
        JSON.stringify(page.faults),
        page.below,
        page.done,
      ],
    });
    return affected > 0;
  }

  /** Counts settled runs, in the transaction that settles them. */
  async count(
    session: Session,
    id: string,
    { replayed, refused }: { readonly replayed: number; readonly refused: number },
  ): Promise<void> {
    await session.query({
      name: 'count-replayed',
      text: `UPDATE ${this.table} SET replayed = replayed + $2, failed = failed + $3 WHERE id = $1`,
      values: [id, replayed, refused],
    });
  }

  /**
   * Ends a replay that has nothing left to do, as `cancelled` if that was asked for. Resolves with false when another process
   * holds it.
   */
  async finish({ replay, token }: HeldReplay): Promise<boolean> {
    const { affected } = await this.database.query({
      text: `UPDATE ${this.table} SET state = CASE state WHEN 'cancelling' THEN 'cancelled' ELSE 'finished' END,
               finished_at = clock_timestamp(), lease_token = NULL, lease_until = NULL, trouble = NULL
             WHERE id = $1 AND lease_token = $2 AND ${isOpen}`,
      values: [replay.id, token],
    });
    return affected > 0;
  }

  /**
   * Releases a replay, to be taken again after `pauseMs`. If another process has taken it already, because the lease ran out,
   * that no longer counts as a death.
   */
  async release({ replay, token }: HeldReplay, trouble: string | null, pauseMs: number): Promise<void> {
    const { affected } = await this.database.query({
      text: `UPDATE ${this.table} SET trouble = $3, lease_token = NULL,
               lease_until = clock_timestamp() + $4 * interval '1 ms'
             WHERE id = $1 AND lease_token = $2`,
      values: [replay.id, token, trouble, pauseMs],
    });
    if (affected > 0) return;
    await this.database.query({
      text: `UPDATE ${this.table} SET deaths = array_remove(deaths, $2::uuid) WHERE id = $1 AND $2 = ANY(deaths)`,
      values: [replay.id, token],
    });
  }

  /** Ends a replay that cannot be finished. Other replays may take the runs that it reserved and did not produce. */
  async fail({ replay, token }: HeldReplay, failure: ReplayFailure): Promise<void> {
    await this.database.transaction(async (session) => {
      const { affected } = await session.query({
        text: `UPDATE ${this.table} SET state = 'failed', failure = $3, finished_at = clock_timestamp(),
                 lease_token = NULL, lease_until = NULL, trouble = NULL
               WHERE id = $1 AND lease_token = $2 AND ${isOpen}`,
        values: [replay.id, token, JSON.stringify(failure)],
      });
      if (affected === 0) return;
      await session.query({
        text: `DELETE FROM ${this.jobs} WHERE replay_id = $1 AND state = 'reserved'`,
        values: [replay.id],
      });
    });
  }

  /** Forgets replays that were over three months ago, a few at a time; answers how many. */
  async purge(): Promise<number> {
    const { affected } = await this.database.query({
      text: `WITH old AS (
               DELETE FROM ${this.table} WHERE id IN (
                 SELECT id FROM ${this.table} WHERE finished_at < now() - interval '${keptDays} days' LIMIT ${purgedAtOnce})
               RETURNING id
             ), jobs AS (DELETE FROM ${this.jobs} WHERE replay_id IN (SELECT id FROM old))
             SELECT id FROM old`,
    });
    return affected;
  }
}
