import type { Database } from '@jobstream/database';

/** One of the permits of a concurrency limit. */
export interface PermitName {
  readonly id: string;
  /** From 1. */
  readonly slot: number;
}

/** Permits asked for under one limit. */
export interface PermitWish {
  readonly id: string;
  readonly count: number;
  /** How many permits the limit has. */
  readonly max: number;
}

/** The leased permits in Postgres, by Postgres' clock alone. Each permit is a row, so two workers never have the same one. */
export class PermitStore {
  constructor(
    private readonly database: Database,
    private readonly worker: string,
    readonly leaseMs: number,
  ) {}

  /**
   * Renews the permits that are held and takes free ones, the lowest numbers first: workers that ask at the same time ask for the
   * same permits, so together they never exceed a limit that was lowered. A permit whose lease has ended is free, but not
   * within one lease of Postgres' start, because its holder could not renew it.
   * @returns the permits held now: one of `held` that is not renewed is lost
   */
  async renewAndTake(
    held: readonly PermitName[],
    wishes: readonly PermitWish[],
  ): Promise<{ readonly renewed: PermitName[]; readonly taken: PermitName[] }> {
    const { rows } = await this.database.query<PermitName & { taken: boolean }>({
      name: 'limit-slots-renew-and-take',
      text: renewAndTake(this.database.operations),
      values: [
        this.worker,
        this.leaseMs / 1_000,
        held.map(({ id }) => id),
        held.map(({ slot }) => slot),
        wishes.map(({ id }) => id),
        wishes.map(({ count }) => count),
        wishes.map(({ max }) => max),
      ],
    });
    return { renewed: rows.filter(({ taken }) => !taken), taken: rows.filter(({ taken }) => taken) };
  }

  async release(slots: readonly PermitName[]): Promise<void> {
    await this.database.query({
      name: 'limit-slots-release',
      text: `DELETE FROM ${this.database.operations}.limit_slots AS row
        USING unnest($2::text[], $3::int[]) AS given (id, slot)
        WHERE row.id = given.id AND row.slot = given.slot AND row.worker = $1`,
      values: [this.worker, slots.map(({ id }) => id), slots.map(({ slot }) => slot)],
    });
  }

  /** Deletes permits whose lease ended an hour ago. */
  async purge(): Promise<void> {
    await this.database.query({
      text: `DELETE FROM ${this.database.operations}.limit_slots WHERE lease_until < now() - interval '1 hour'`,
    });
  }
}

function renewAndTake(schema: string): string {
  return `
    WITH lease AS (SELECT make_interval(secs => $2) AS length),
    renewed AS (
      UPDATE ${schema}.limit_slots AS row SET lease_until = now() + lease.length
      FROM lease, unnest($3::text[], $4::int[]) AS held (id, slot)
      WHERE row.id = held.id AND row.slot = held.slot AND row.worker = $1 AND row.lease_until > now()
      RETURNING row.id, row.slot, false AS taken
    ),
    taken AS (
      INSERT INTO ${schema}.limit_slots AS row (id, slot, worker, lease_until)
      SELECT wish.id, free.slot, $1, now() + lease.length
      FROM lease, unnest($5::text[], $6::int[], $7::int[]) AS wish (id, count, max)
      CROSS JOIN LATERAL (
        SELECT count(*) FROM ${schema}.limit_slots AS busy WHERE busy.id = wish.id AND busy.lease_until > now()
      ) AS used
      CROSS JOIN LATERAL (
        SELECT place.slot FROM generate_series(1, wish.max) AS place (slot)
        WHERE NOT EXISTS (
          SELECT FROM ${schema}.limit_slots AS busy
          WHERE busy.id = wish.id AND busy.slot = place.slot AND busy.lease_until > now()
        )
        ORDER BY place.slot
        LIMIT greatest(0, least(wish.count, wish.max - used.count))
      ) AS free
      ORDER BY wish.id, free.slot
      ON CONFLICT (id, slot) DO UPDATE SET worker = excluded.worker, lease_until = excluded.lease_until
        WHERE row.lease_until <= now() AND now() > pg_postmaster_start_time() + make_interval(secs => $2)
      RETURNING row.id, row.slot, true AS taken
    )
    SELECT id, slot, taken FROM renewed UNION ALL SELECT id, slot, taken FROM taken`;
}
