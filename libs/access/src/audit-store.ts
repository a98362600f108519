import {
  decodeCursor,
  encodeCursor,
  lowestIdAt,
  type AuditEntry,
  type AuditPage,
  type AuditQuery,
} from '@jobstream/contracts/rest';
import { readDatabaseClock, type Database, type Session } from '@jobstream/database';

/** An entry and the UUIDv7 of its row. */
export interface AuditRecord extends AuditEntry {
  readonly id: string;
}

interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly who: string | null;
  readonly key_id: string | null;
  readonly action: string;
  readonly target: string;
  readonly request_id: string;
  readonly status: number;
}

const newest = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const maxPurged = 10_000;

/** The rows of `operations.audit_entries`: only ever appended, until they are old. */
export class AuditStore {
  private readonly table: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.audit_entries`;
  }

  /** Postgres' time, in milliseconds since 1970. */
  now(): Promise<number> {
    return readDatabaseClock(this.database);
  }

  /**
   * Appends entries. Doing so again changes nothing: an answer that got lost may be asked for once more.
   * @param session where the entries belong to a transaction; default: none
   */
  async append(records: readonly AuditRecord[], session: Session = this.database): Promise<void> {
    const column = <Key extends keyof AuditRecord>(key: Key) => records.map((record) => record[key]);
    await session.query({
      name: 'append-audit-entries',
      text: `INSERT INTO ${this.table} (id, at, who, key_id, action, target, request_id, status)
             SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::text[], $6::text[],
               $7::text[], $8::integer[])
             ON CONFLICT DO NOTHING`,
      values: [
        column('id'),
        column('at'),
        column('who'),
        column('keyId'),
        column('action'),
        column('target'),
        column('requestId'),
        column('status'),
      ],
    });
  }

  /**
   * One page, newest first.
   * @throws InvalidCursorError
   */
  async page({ keyId, limit, cursor }: AuditQuery): Promise<AuditPage> {
    const { rows } = await this.database.query<AuditRow>({
      text: `SELECT id, at, who, key_id, action, target, request_id, status FROM ${this.table}
             WHERE id < $1 AND ($2::uuid IS NULL OR key_id = $2) ORDER BY id DESC LIMIT $3`,
      values: [cursor === undefined ? newest : decodeCursor(cursor), keyId ?? null, limit + 1],
    });
    const shown = rows.slice(0, limit);
    return {
      items: shown.map(entryOf),
      next: rows.length > limit ? encodeCursor(shown.at(-1)!.id) : null,
    };
  }

  /** Deletes at most 10,000 entries that are older; answers how many. */
  async purge(olderThanMs: number): Promise<number> {
    const before = (await this.now()) - olderThanMs;
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.table} WHERE id IN (SELECT id FROM ${this.table} WHERE id < $1 ORDER BY id LIMIT $2)`,
      values: [lowestIdAt(before), maxPurged],
    });
    return affected;
  }
}

function entryOf({ at, who, key_id, action, target, request_id, status }: AuditRow): AuditEntry {
  return { at: at.toISOString(), who, keyId: key_id, action, target, requestId: request_id, status };
}
