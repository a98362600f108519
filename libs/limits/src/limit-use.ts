import type { Database } from '@jobstream/database';
import type { LimitRule } from './limit-rule.js';

/** Tells from outside the workers which limits are used up. */
export class LimitUse {
  constructor(private readonly database: Database) {}

  /** The first of the rules that lets no job start at present; undefined when all do. */
  async findBusy(rules: readonly LimitRule[]): Promise<LimitRule | undefined> {
    if (rules.length === 0) return undefined;
    const { operations } = this.database;
    const { rows } = await this.database.query<{ id: string; used: number }>({
      name: 'limit-use',
      text: `SELECT id, count(*) AS used FROM ${operations}.limit_slots
          WHERE id = ANY($1) AND lease_until > now() GROUP BY id
        UNION ALL SELECT id, 1 FROM ${operations}.rate_grants WHERE id = ANY($1) AND next_at > now()`,
      values: [rules.map(({ id }) => id)],
    });
    const used = new Map(rows.map(({ id, used }) => [id, used]));
    return rules.find((rule) => (used.get(rule.id) ?? 0) >= (rule.kind === 'concurrency' ? rule.max : 1));
  }
}
