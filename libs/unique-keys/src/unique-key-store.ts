import type { JobId, JobState } from '@jobstream/contracts';
import type { Database, Session } from '@jobstream/database';
import type { UniqueHold } from '@jobstream/contracts/records';

/** A key and the job that holds it, or is to hold it. */
export interface KeyOfJob {
  /** SHA-256 of job type and key, base64url. */
  readonly hash: string;
  readonly jobId: JobId;
}

/** What a job holds its key by. */
export interface HeldKey extends KeyOfJob {
  readonly hold: UniqueHold;
  /** With the hold `until`: how long from now. */
  readonly forMs: number | null;
  readonly queue: string;
  /** As the job was accepted: `queued` or `scheduled`. */
  readonly state: JobState;
}

/** A key as its row has it. */
export interface KeyRow extends Omit<HeldKey, 'forMs'> {
  /** Whether the time of the hold `until` is over. */
  readonly isOver: boolean;
  /** Whether it is unknown if the log will have the job: its request is being sent. */
  readonly isPending: boolean;
}

interface StoredRow {
  readonly key_hash: string;
  readonly job_id: JobId;
  readonly held: UniqueHold;
  readonly queue: string;
  readonly state: JobState;
  readonly is_over: boolean;
  readonly is_pending: boolean;
}

/**
 * A request that has no acknowledgement for longer is in the log, or the row that waits beside its key will put it there: see
 * `UniqueJobs` of intake.
 */
const pendingFor = `interval '15 seconds'`;

/**
 * The rows of `operations.unique_keys`. Only Postgres' clock counts.
 *
 * Invariants: a row names the one job that holds the key. Whoever changes rows locks them in the order of their hashes.
 */
export class UniqueKeyStore {
  private readonly table: string;
  private readonly claims: string;

  constructor(database: Database) {
    this.table = tableOf(database.operations);
    this.claims = `${database.operations}.claims`;
  }

  /**
   * Takes the keys that nobody holds, and locks all others of these until the end of the transaction.
   * @param keys each hash once
   * @returns the rows of those that somebody holds
   */
  async takeFree(session: Session, keys: readonly HeldKey[]): Promise<KeyRow[]> {
    const locked: KeyRow[] = [];
    for (let left = keys; left.length > 0;) {
      const taken = await this.insert(session, left);
      const held = left.filter(({ hash }) => !taken.has(hash));
      const rows = await this.lock(session, held);
      locked.push(...rows);
      // A row that was freed between the two statements: its key is free now.
      const known = new Set(rows.map(({ hash }) => hash));
      left = held.filter(({ hash }) => !known.has(hash));
    }
    return locked;
  }

  /**
   * Which of these jobs have begun: an attempt of each has taken its claim. It does so before its key is freed, so a job that finds its
   * key free, and that this does not name, has not freed it.
   */
  async findBegun(session: Session, ids: readonly JobId[]): Promise<ReadonlySet<JobId>> {
    if (ids.length === 0) return new Set();
    const { rows } = await session.query<{ id: JobId }>({
      name: 'find-begun-jobs',
      text: `SELECT id FROM ${this.claims} WHERE id = ANY($1)`,
      values: [ids],
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** Gives locked keys to other jobs. */
  async handOver(session: Session, keys: readonly HeldKey[]): Promise<void> {
    if (keys.length === 0) return;
    await session.query({
      name: 'hand-over-keys',
      text: `UPDATE ${this.table} AS kept SET job_id = given.job_id, held = given.held, free_at = given.free_at,
               taken_at = given.taken_at, acknowledged = false, queue = given.queue, state = given.state
             FROM (SELECT ${given}) AS given(${written}) WHERE kept.key_hash = given.key_hash`,
      values: columnsOf(keys),
    });
  }

  /** Notes that the log has the requests of these jobs. */
  async acknowledge(session: Session, keys: readonly KeyOfJob[]): Promise<void> {
    if (keys.length === 0) return;
    await session.query({
      name: 'acknowledge-keys',
      text: `UPDATE ${this.table} AS kept SET acknowledged = true FROM (${lockedOf(this.table)}) AS locked
             WHERE kept.key_hash = locked.key_hash`,
      values: jobColumnsOf(keys),
    });
  }

  /** Deletes keys of the hold `until` whose time is over, at most 5,000. @returns their number */
  async purge(session: Session): Promise<number> {
    const { affected } = await session.query({
      text: `DELETE FROM ${this.table} WHERE key_hash = ANY (ARRAY(
               SELECT key_hash FROM ${this.table} WHERE free_at <= clock_timestamp()
               ORDER BY key_hash LIMIT 5000 FOR UPDATE SKIP LOCKED))`,
    });
    return affected;
  }

  /** The keys that jobs hold until they start or end, taken more than so long ago, in the order of their hashes. */
  async listOld(session: Session, olderThanMs: number, after: string, limit: number): Promise<KeyOfJob[]> {
    const { rows } = await session.query<Pick<StoredRow, 'key_hash' | 'job_id'>>({
      text: `SELECT key_hash, job_id FROM ${this.table}
             WHERE free_at IS NULL AND key_hash > $1 AND taken_at < clock_timestamp() - $2 * interval '1 millisecond'
             ORDER BY key_hash LIMIT $3`,
      values: [after, olderThanMs, limit],
    });
    return rows.map(({ key_hash, job_id }) => ({ hash: key_hash, jobId: job_id }));
  }

  private async insert(session: Session, keys: readonly HeldKey[]): Promise<ReadonlySet<string>> {
    const { rows } = await session.query<{ key_hash: string }>({
      name: 'take-free-keys',
      text: `INSERT INTO ${this.table} (${written}) SELECT ${given} ORDER BY hash
             ON CONFLICT DO NOTHING RETURNING key_hash`,
      values: columnsOf(keys),
    });
    return new Set(rows.map(({ key_hash }) => key_hash));
  }

  private async lock(session: Session, keys: readonly KeyOfJob[]): Promise<KeyRow[]> {
    if (keys.length === 0) return [];
    const { rows } = await session.query<StoredRow>({
      name: 'lock-keys',
      text: `SELECT key_hash, job_id, held, queue, state, coalesce(free_at <= clock_timestamp(), false) AS is_over,
               NOT acknowledged AND taken_at > clock_timestamp() - ${pendingFor} AS is_pending
             FROM ${this.table} WHERE key_hash = ANY($1) ORDER BY key_hash FOR UPDATE`,
      values: [keys.map(({ hash }) => hash)],
    });
    return rows.map(({ key_hash, job_id, held, queue, state, is_over, is_pending }) => {
      return {
        hash: key_hash,
        jobId: job_id,
        hold: held,
        queue,
        state,
        isOver: is_over,
        isPending: is_pending,
      };
    });
  }
}

/**
 * Frees keys, each only if this job holds it. @returns the number of those that it held
 * @param operations the schema, quoted
 */
export async function freeKeys(
  session: Session,
  operations: string,
  keys: readonly KeyOfJob[],
): Promise<number> {
  if (keys.length === 0) return 0;
  const table = tableOf(operations);
  const { affected } = await session.query({
    name: 'free-keys',
    text: `DELETE FROM ${table} AS kept USING (${lockedOf(table)}) AS locked WHERE kept.key_hash = locked.key_hash`,
    values: jobColumnsOf(keys),
  });
  return affected;
}

function tableOf(operations: string): string {
  return `${operations}.unique_keys`;
}

const written = 'key_hash, job_id, held, free_at, taken_at, queue, state';
const given = `hash, job_id, held, clock_timestamp() + for_ms * interval '1 millisecond', clock_timestamp(), queue, state
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[])
    AS given(hash, job_id, held, for_ms, queue, state)`;

/** The rows of $1 (hashes) that the jobs of $2 hold, locked. */
function lockedOf(table: string): string {
  return `SELECT held.key_hash FROM ${table} AS held
    JOIN unnest($1::text[], $2::uuid[]) AS given(hash, job_id)
      ON held.key_hash = given.hash AND held.job_id = given.job_id
    ORDER BY held.key_hash FOR UPDATE OF held`;
}

function jobColumnsOf(keys: readonly KeyOfJob[]): unknown[] {
  return [keys.map(({ hash }) => hash), keys.map(({ jobId }) => jobId)];
}

function columnsOf(keys: readonly HeldKey[]): unknown[] {
  return [
    ...jobColumnsOf(keys),
    keys.map(({ hold }) => hold),
    keys.map(({ forMs }) => forMs),
    keys.map(({ queue }) => queue),
    keys.map(({ state }) => state),
  ];
}
