import type { Database } from '@jobstream/database';
import { rateSuffixOf, type LimitRule } from './limit-rule.js';

/** A limit that lets no job start at present. */
export interface BusyLimit {
  readonly rule: LimitRule;
  /** Permits that are held; null of a rate. */
  readonly inUse: number | null;
  /** Of a rate: when the next start that is not granted yet can be, ISO 8601. Null of a concurrency. */
  readonly until: string | null;
  /** The workers that hold the permits; none of a rate. */
  readonly workers: readonly string[];
}

interface UseRow {
  readonly id: string;
  readonly used: number;
  readonly workers: string[] | null;
  readonly next_at: Date | null;
}

/** A permit that is held. */
export interface HeldPermit {
  /** From 1. */
  readonly slot: number;
  /** The worker process. */
  readonly worker: string;
}

/** How far the limits of a whole queue are used. */
export interface QueueUse {
  readonly inUse: number;
  /** The first 100, by their numbers. */
  readonly permits: readonly HeldPermit[];
  /** When the next start that is not granted yet can be; null: now. */
  readonly nextStartAt: Date | null;
}

const shownPermits = 100;

/** Tells from outside the workers which limits are used up. */
export class LimitUse {
  constructor(private readonly database: Database) {}

  /** How far the concurrency and the rate of a queue are used. @param rate as it was declared; undefined: it has none */
  async ofQueue(queue: string, rate: string | undefined): Promise<QueueUse> {
    const { operations } = this.database;
    const { rows } = await this.database.query<HeldPermit & { used: number; next_at: Date | null }>({
      name: 'limit-use-of-queue',
      text: `SELECT next_at, held.* FROM (SELECT (SELECT next_at FROM ${operations}.rate_grants WHERE id = $2 AND next_at > now())) AS grants
        LEFT JOIN LATERAL (
          SELECT slot, worker, (count(*) OVER ())::int AS used FROM ${operations}.limit_slots
          WHERE id = $1 AND lease_until > now() ORDER BY slot LIMIT ${shownPermits}
        ) AS held ON true`,
      values: [queue, rate === undefined ? null : `${queue}${rateSuffixOf(rate)}`],
    });
    const permits = rows.filter(({ slot }) => slot !== null);
    return {
      inUse: permits[0]?.used ?? 0,
      permits: permits.map(({ slot, worker }) => ({ slot, worker })),
      nextStartAt: rows[0]?.next_at ?? null,
    };
  }

  /** Those of the rules that let no job start at present, in their order. */
  async findBusy(rules: readonly LimitRule[]): Promise<BusyLimit[]> {
    if (rules.length === 0) return [];
    const { operations } = this.database;
    const { rows } = await this.database.query<UseRow>({
      name: 'limit-use',
      text: `SELECT id, count(*) AS used, array_agg(DISTINCT worker) AS workers, NULL::timestamptz AS next_at
          FROM ${operations}.limit_slots WHERE id = ANY($1) AND lease_until > now() GROUP BY id
        UNION ALL SELECT id, 1, NULL, next_at FROM ${operations}.rate_grants WHERE id = ANY($1) AND next_at > now()`,
      values: [rules.map(({ id }) => id)],
    });
    const uses = new Map(rows.map((row) => [row.id, row]));
    return rules.flatMap((rule): BusyLimit[] => {
      const use = uses.get(rule.id);
      if (use === undefined) return [];
      if (rule.kind === 'rate')
        return [{ rule, inUse: null, until: use.next_at!.toISOString(), workers: [] }];
      if (use.used < rule.max) return [];
      return [{ rule, inUse: use.used, until: null, workers: use.workers! }];
    });
  }
}
