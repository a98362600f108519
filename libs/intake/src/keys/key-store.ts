import type { JobId } from '@jobstream/contracts';
import type { Session } from '@jobstream/database';
import { GatheredCalls } from '@jobstream/runtime';
import type { KeyScope } from './idempotency-key.js';

/** A request for a key. */
export interface KeyClaim {
  readonly scope: KeyScope;
  /** The fingerprint of the body. */
  readonly fingerprint: string;
  /** A new id; used only if the key is new. */
  readonly id: JobId;
}

/**
 * The state of a key:
 * - `claimed`: by this call, which produces under `id`. An abandoned try may have used it before; `before` is its unfinished answer,
 *   if it left one;
 * - `answered`: `answer` was the first answer;
 * - `taken`: another request produces under `id` now;
 * - `reused`: the key belongs to another body.
 */
export type KeyState =
  | { readonly kind: 'claimed'; readonly id: JobId; readonly before: unknown }
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'taken'; readonly id: JobId }
  | { readonly kind: 'reused' };

interface KeyAnswer {
  readonly scope: KeyScope;
  readonly id: JobId;
  readonly answer: unknown;
}

interface KeyRow extends KeyScope {
  readonly seed: JobId;
  readonly body_hash: string;
  /** Whether `answer` is final. */
  readonly is_answered: boolean;
  /** JSON; null until there is one. */
  readonly answer: string | null;
}

const isExpired = `kept.written_at < now() - interval '24 hours'`;
/** The claim has no answer for longer than a producer tries. */
const isAbandoned = `kept.marked_at IS NULL AND kept.written_at < now() - interval '10 seconds'`;
const maxPurged = 5_000;

/** The rows behind Idempotency-Keys. Concurrent calls share statements; only Postgres' clock counts. */
export class KeyStore {
  private readonly claims = new GatheredCalls((claims: readonly KeyClaim[]) => this.claimMany(claims));
  private readonly answers = new GatheredCalls((answers: readonly KeyAnswer[]) => this.answerMany(answers));

  private readonly table: string;

  /** @param schema the name of the operations schema, quoted */
  constructor(
    private readonly database: Session,
    schema: string,
  ) {
    this.table = `${schema}.idempotency_keys`;
  }

  /** Claims the key if it is free. One process must not claim a key twice at the same time. */
  claim(claim: KeyClaim): Promise<KeyState> {
    return this.claims.call(claim);
  }

  /** Keeps the first answer. @returns that first answer, which may be of another request */
  answer(scope: KeyScope, id: JobId, answer: unknown): Promise<unknown> {
    return this.answers.call({ scope, id, answer });
  }

  /**
   * Abandons a claim: the next request with this key takes it over at once. The id stays, because it may be in the log.
   * @param unfinished the answer that the next request gets as `before`; undefined keeps an earlier one
   */
  async abandon({ owner, route, key }: KeyScope, unfinished?: unknown): Promise<void> {
    await this.database.query({
      text: `UPDATE ${this.table}
        SET written_at = now() - interval '11 seconds', answer = coalesce($4, answer)
        WHERE owner = $1 AND route = $2 AND key = $3 AND marked_at IS NULL`,
      values: [owner, route, key, unfinished === undefined ? null : JSON.stringify(unfinished)],
    });
  }

  /** Deletes keys older than a day, at most 5,000. @returns the number of deleted keys */
  async purge(): Promise<number> {
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.table} WHERE ctid = ANY (ARRAY(
        SELECT kept.ctid FROM ${this.table} AS kept WHERE ${isExpired} LIMIT $1 FOR UPDATE SKIP LOCKED))`,
      values: [maxPurged],
    });
    return affected;
  }

  private async claimMany(claims: readonly KeyClaim[]): Promise<KeyState[]> {
    const { rows } = await this.database.query<KeyScope & Pick<KeyRow, 'seed' | 'answer'>>({
      name: 'claim idempotency keys',
      text: `
        INSERT INTO ${this.table} AS kept (owner, route, key, seed, body_hash, written_at)
        SELECT owner, route, key, seed, body_hash, clock_timestamp()
        FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[])
          AS given (owner, route, key, seed, body_hash)
        ORDER BY owner, route, key
        ON CONFLICT (owner, route, key) DO UPDATE SET
          seed = CASE WHEN ${isExpired} THEN excluded.seed ELSE kept.seed END,
          body_hash = excluded.body_hash,
          written_at = excluded.written_at,
          marked_at = NULL,
          answer = CASE WHEN ${isExpired} THEN NULL ELSE kept.answer END
        WHERE ${isExpired} OR (${isAbandoned} AND kept.body_hash = excluded.body_hash)
        RETURNING owner, route, key, seed, answer`,
      values: [...columnsOf(claims), claims.map(({ fingerprint }) => fingerprint)],
    });
    const claimed = new Map(rows.map((row) => [nameOf(row), row]));
    const held = await this.readMany(claims.filter(({ scope }) => !claimed.has(nameOf(scope))));
    return claims.map((claim): KeyState => {
      const name = nameOf(claim.scope);
      const row = claimed.get(name);
      if (row === undefined) return stateOf(claim, held.get(name));
      return {
        kind: 'claimed',
        id: row.seed,
        before: row.answer === null ? undefined : JSON.parse(row.answer),
      };
    });
  }

  private async answerMany(answers: readonly KeyAnswer[]): Promise<unknown[]> {
    const { rows } = await this.database.query<KeyScope>({
      name: 'answer idempotency keys',
      text: `
        UPDATE ${this.table} AS kept SET marked_at = clock_timestamp(), answer = given.answer
        FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[])
          AS given (owner, route, key, seed, answer)
        WHERE (kept.owner, kept.route, kept.key, kept.seed) = (given.owner, given.route, given.key, given.seed)
          AND kept.marked_at IS NULL
        RETURNING kept.owner, kept.route, kept.key`,
      values: [...columnsOf(answers), answers.map(({ answer }) => JSON.stringify(answer))],
    });
    const first = new Set(rows.map(nameOf));
    const held = await this.readMany(answers.filter(({ scope }) => !first.has(nameOf(scope))));
    return answers.map(({ scope, answer }) => {
      const kept = held.get(nameOf(scope));
      return kept?.is_answered ? (JSON.parse(kept.answer!) as unknown) : answer;
    });
  }

  private async readMany(wanted: readonly { scope: KeyScope; id: JobId }[]): Promise<Map<string, KeyRow>> {
    if (wanted.length === 0) return new Map();
    const { rows } = await this.database.query<KeyRow>({
      name: 'read idempotency keys',
      text: `
        SELECT owner, route, key, kept.seed, kept.body_hash, kept.answer, kept.marked_at IS NOT NULL AS is_answered
        FROM ${this.table} AS kept
        JOIN unnest($1::text[], $2::text[], $3::text[]) AS given (owner, route, key) USING (owner, route, key)`,
      values: columnsOf(wanted).slice(0, 3),
    });
    return new Map(rows.map((row) => [nameOf(row), row]));
  }
}

function columnsOf(rows: readonly { scope: KeyScope; id: JobId }[]): unknown[][] {
  return [
    rows.map(({ scope }) => scope.owner),
    rows.map(({ scope }) => scope.route),
    rows.map(({ scope }) => scope.key),
    rows.map(({ id }) => id),
  ];
}

function stateOf({ fingerprint, id }: KeyClaim, row: KeyRow | undefined): KeyState {
  // The key was purged between the two statements: the next claim finds it free.
  if (row === undefined) return { kind: 'taken', id };
  if (row.body_hash !== fingerprint) return { kind: 'reused' };
  if (!row.is_answered) return { kind: 'taken', id: row.seed };
  return { kind: 'answered', answer: JSON.parse(row.answer!) as unknown };
}

/** The scope as one string; none of its parts has a newline. */
export function nameOf({ owner, route, key }: KeyScope): string {
  return `${owner}\n${route}\n${key}`;
}
