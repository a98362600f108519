import type { Database } from '@jobstream/database';

/** Starts asked for under one rate. */
export interface GrantWish {
  readonly id: string;
  readonly count: number;
  readonly intervalMs: number;
}

/** Starts granted: the first `firstInMs` from now (before now where it is negative), the others an interval apart. */
export interface Grants {
  readonly id: string;
  /** 0 when all starts up to {@link horizonMs} ahead are granted already. */
  readonly count: number;
  readonly firstInMs: number;
}

/** Starts are granted no further ahead than this: a worker that dies wastes no more. */
export const horizonMs = 1_000;
/** Starts of at most this time are made up for when a rate was not drawn from in time. */
const catchUpMs = 250;

/** Grants starts under rates, all workers together, by Postgres' clock. The row of a rate says when its next start is. */
export class GrantStore {
  /** Ids of rates that have a row, as far as this process knows. */
  private readonly known = new Set<string>();

  constructor(private readonly database: Database) {}

  /** Draws starts of many rates in one statement. */
  async draw(wishes: readonly GrantWish[]): Promise<Grants[]> {
    const fresh = wishes.filter(({ id }) => !this.known.has(id));
    if (fresh.length > 0) await this.insert(fresh.map(({ id }) => id));
    const { rows } = await this.database.query<Grants>({
      name: 'rate-grants-draw',
      text: draw(this.database.operations),
      values: [
        wishes.map(({ id }) => id),
        wishes.map(({ count }) => count),
        wishes.map(({ intervalMs }) => intervalMs),
        horizonMs,
        catchUpMs,
      ],
    });
    if (rows.length < wishes.length) this.known.clear(); // purged meanwhile
    return rows;
  }

  /** Deletes rates that no worker has drawn from for an hour. */
  async purge(): Promise<void> {
    await this.database.query({
      text: `DELETE FROM ${this.database.operations}.rate_grants WHERE next_at < now() - interval '1 hour'`,
    });
    this.known.clear();
  }

  private async insert(ids: readonly string[]): Promise<void> {
    await this.database.query({
      text: `INSERT INTO ${this.database.operations}.rate_grants (id, next_at)
        SELECT id, clock_timestamp() FROM unnest($1::text[]) AS fresh (id) ORDER BY id
        ON CONFLICT (id) DO NOTHING`,
      values: [ids],
    });
    for (const id of ids) this.known.add(id);
  }
}

/** Rows are locked in the order of their ids: workers that draw for the same rates cannot deadlock. */
function draw(schema: string): string {
  return `
    WITH locked AS (
      SELECT row.id, row.next_at, wish.count, wish.interval_ms
      FROM unnest($1::text[], $2::int[], $3::float8[]) AS wish (id, count, interval_ms)
      JOIN ${schema}.rate_grants AS row ON row.id = wish.id
      ORDER BY row.id FOR UPDATE OF row
    ),
    timed AS (
      SELECT *, clock_timestamp() AS now FROM locked
    ),
    begun AS (
      SELECT *, greatest(next_at, now - $5::float8 * interval '1 ms') AS first_at FROM timed
    ),
    drawn AS (
      SELECT *, greatest(0, least(count,
        floor(($4::float8 + extract(epoch FROM now - first_at) * 1000) / interval_ms)::int + 1)) AS granted
      FROM begun
    )
    UPDATE ${schema}.rate_grants AS row
    SET next_at = CASE WHEN granted = 0 THEN row.next_at
      ELSE first_at + granted * interval_ms * interval '1 ms' END
    FROM drawn WHERE row.id = drawn.id
    RETURNING row.id, granted AS count, (extract(epoch FROM first_at - now) * 1000)::float8 AS "firstInMs"`;
}
