import type { Database } from '@jobstream/database';
import { keyPrefixOf, rateSuffixOf } from './limit-rule.js';

/** The keys of a queue of which jobs run, the busiest first. */
export interface KeysAtWork {
  /** How many keys there are; of those that were looked at. */
  readonly count: number;
  readonly busiest: readonly { readonly key: string; readonly inUse: number }[];
}

/** The keys of a queue whose rate is used up for the moment, the one that waits longest first. */
export interface KeysThatWait {
  /** See {@link KeysAtWork.count}. */
  readonly count: number;
  readonly longest: readonly { readonly key: string; readonly nextStartAt: Date }[];
}

/** The most rows that one question looks at: a queue may have any number of keys. */
const maxLooked = 100_000;
const shownKeys = 100;

interface KeyRow {
  readonly id: string;
  readonly keys: number;
}

/** Tells which keys of a queue use their limits, in a bounded look. */
export class KeyUse {
  constructor(private readonly database: Database) {}

  /** @param field of the payload, whose value is the key */
  async atWork(queue: string, field: string): Promise<KeysAtWork> {
    const prefix = keyPrefixOf(queue, field);
    const { rows } = await this.database.query<KeyRow & { used: number }>({
      name: 'limit-use-keys-at-work',
      text: `SELECT id, count(*)::int AS used, (count(*) OVER ())::int AS keys
        FROM (SELECT id, lease_until FROM ${this.database.operations}.limit_slots
              WHERE id >= $1 AND id < $2 LIMIT ${maxLooked}) AS held
        WHERE lease_until > now() GROUP BY id ORDER BY used DESC, id LIMIT ${shownKeys}`,
      values: [prefix, endOf(prefix)],
    });
    return {
      count: rows[0]?.keys ?? 0,
      busiest: rows.map(({ id, used }) => ({ key: id.slice(prefix.length), inUse: used })),
    };
  }

  /** @param rate as it was declared */
  async waiting(queue: string, field: string, rate: string): Promise<KeysThatWait> {
    const prefix = keyPrefixOf(queue, field);
    const suffix = rateSuffixOf(rate);
    const { rows } = await this.database.query<KeyRow & { next_at: Date }>({
      name: 'limit-use-keys-that-wait',
      text: `SELECT id, next_at, (count(*) OVER ())::int AS keys
        FROM (SELECT id, next_at FROM ${this.database.operations}.rate_grants
              WHERE id >= $1 AND id < $2 LIMIT ${maxLooked}) AS granted
        WHERE next_at > now() AND right(id, length($3)) = $3 ORDER BY next_at DESC, id LIMIT ${shownKeys}`,
      values: [prefix, endOf(prefix), suffix],
    });
    return {
      count: rows[0]?.keys ?? 0,
      longest: rows.map(({ id, next_at: nextStartAt }) => ({
        key: id.slice(prefix.length, -suffix.length),
        nextStartAt,
      })),
    };
  }
}

/** The first id, in the order of bytes, behind all that begin so. */
function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`;
}
