import type { JobId } from '@jobstream/contracts';
import type { Differences, RebuildRequest, RebuildState, SwapPolicy } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';

/** A rebuild as its row has it. */
export interface Rebuild {
  readonly id: JobId;
  readonly state: RebuildState;
  readonly swap: SwapPolicy;
  readonly keepOld: boolean;
  readonly why: string | null;
  readonly generation: number | null;
  readonly keptSchema: string | null;
  readonly cancelRequested: boolean;
  readonly recordsDone: number;
  readonly recordsTotal: number;
  readonly recordsPerSecond: number | null;
  readonly carried: number;
  readonly compared: number;
  readonly trouble: string | null;
  readonly differences: Differences | null;
  readonly failure: RebuildFailure | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** How many processes died of it. */
  readonly deaths: number;
}

/** Why a rebuild failed, and what to do next. */
export interface RebuildFailure {
  readonly code: string;
  readonly message: string;
}

/** The owner's report on a rebuild under way; fields that are left out stay. */
export type RebuildNews = Partial<
  Pick<
    Rebuild,
    | 'state'
    | 'generation'
    | 'recordsDone'
    | 'recordsTotal'
    | 'recordsPerSecond'
    | 'carried'
    | 'compared'
    | 'trouble'
    | 'differences'
  >
>;

/** How a rebuild ended. */
export interface RebuildEnd {
  readonly state: Extract<RebuildState, 'swapped' | 'failed' | 'cancelled'>;
  readonly keptSchema?: string | null;
  readonly differences?: Differences | null;
  readonly failure?: RebuildFailure;
}

const columns = `id, state, swap, keep_old AS "keepOld", why, generation, kept_schema AS "keptSchema",
  cancel_requested AS "cancelRequested", records_done AS "recordsDone", records_total AS "recordsTotal",
  records_per_second AS "recordsPerSecond", carried, compared, trouble, differences, failure,
  created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt",
  cardinality(deaths) AS deaths`;

type Row = Omit<Rebuild, 'differences' | 'failure'> & { differences: string | null; failure: string | null };

/** Time from the last renewal to the end of a lease; then another process takes a dead owner's rebuild. */
const leaseSeconds = 10;

/** The rows of rebuilds. Only Postgres' clock counts. */
export class RebuildStore {
  /** An advisory lock: shared while no rebuild may begin, exclusive while one does. */
  readonly lock: string;
  private readonly table: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.rebuilds`;
    this.lock = `jobstream ${this.table}`;
  }

  /** Asks for a rebuild; undefined while another one is unfinished. */
  insert(id: JobId, { swap, keepOld, why }: RebuildRequest): Promise<Rebuild | undefined> {
    return this.begin(
      `INSERT INTO ${this.table} (id, state, unfinished, swap, keep_old, why, cancel_requested, records_done,
         records_total, carried, compared, created_at)
       VALUES ($1, 'pending', true, $2, $3, $4, false, 0, 0, 0, 0, now())
       ON CONFLICT DO NOTHING RETURNING ${columns}`,
      [id, swap, keepOld, why ?? null],
    );
  }

  find(id: JobId): Promise<Rebuild | undefined> {
    return this.one(this.database, `SELECT ${columns} FROM ${this.table} WHERE id = $1`, [id]);
  }

  findUnfinished(session: Session = this.database): Promise<Rebuild | undefined> {
    return this.one(session, `SELECT ${columns} FROM ${this.table} WHERE unfinished`, []);
  }

  /** The newest first. */
  async list(max: number): Promise<Rebuild[]> {
    const { rows } = await this.database.query<Row>({
      text: `SELECT ${columns} FROM ${this.table} ORDER BY created_at DESC, id DESC LIMIT ${max}`,
    });
    return rows.map(readRow);
  }

  /** The unfinished rebuild, if nobody else holds it: from now on `owner` does. Where another's lease ran out, that is a death. */
  claim(owner: string): Promise<Rebuild | undefined> {
    return this.one(
      this.database,
      `UPDATE ${this.table} SET owner = $1, lease_until = now() + interval '${leaseSeconds} s',
         started_at = coalesce(started_at, now()),
         deaths = CASE WHEN owner <> $1 THEN deaths || owner ELSE deaths END
       WHERE unfinished AND (owner IS NULL OR owner = $1 OR lease_until < now()) RETURNING ${columns}`,
      [owner],
    );
  }

  /** Says how it goes and holds the lease on; undefined when it is no longer the owner's. */
  report(id: JobId, owner: string, news: RebuildNews): Promise<Rebuild | undefined> {
    const values: unknown[] = [id, owner];
    const sets = Object.entries(news).map(([field, value]) => {
      const given: unknown = field === 'differences' ? JSON.stringify(value) : value;
      return `${newsColumns[field as keyof RebuildNews]} = $${values.push(given)}`;
    });
    sets.push(`lease_until = now() + interval '${leaseSeconds} s'`);
    return this.one(
      this.database,
      `UPDATE ${this.table} SET ${sets.join(', ')} WHERE id = $1 AND owner = $2 AND unfinished RETURNING ${columns}`,
      values,
    );
  }

  /** Gives up the owner's lease, so that another process can take the rebuild at once. */
  async release(owner: string): Promise<void> {
    await this.database.query({
      text: `UPDATE ${this.table} SET owner = NULL, lease_until = NULL WHERE owner = $1`,
      values: [owner],
    });
  }

  /** A process whose lease ran out lives: that counts as no death. */
  async revive(owner: string): Promise<void> {
    await this.database.query({
      text: `UPDATE ${this.table} SET deaths = array_remove(deaths, $1) WHERE unfinished AND $1 = ANY(deaths)`,
      values: [owner],
    });
  }

  /** Ends it, in the session's transaction; false when it is no longer the owner's, or a swap is told of a cancelled one. */
  async end(session: Session, id: JobId, owner: string, end: RebuildEnd): Promise<boolean> {
    const { affected } = await session.query({
      text: `UPDATE ${this.table} SET state = $3, unfinished = false, kept_schema = $4, failure = $5,
               differences = coalesce($6, differences), finished_at = now(), owner = NULL, lease_until = NULL,
               trouble = NULL, records_per_second = NULL
             WHERE id = $1 AND owner = $2 AND unfinished AND NOT (cancel_requested AND $3 = 'swapped')`,
      values: [
        id,
        owner,
        end.state,
        end.keptSchema ?? null,
        end.failure ? JSON.stringify(end.failure) : null,
        end.differences ? JSON.stringify(end.differences) : null,
      ],
    });
    return affected === 1;
  }

  /** Asks its owner to end it; undefined for one that has ended. */
  cancel(id: JobId): Promise<Rebuild | undefined> {
    return this.one(
      this.database,
      `UPDATE ${this.table} SET cancel_requested = true WHERE id = $1 AND unfinished RETURNING ${columns}`,
      [id],
    );
  }

  /** Takes one up again that failed for its differences, to be swapped in any case; undefined where that can't be. */
  resume(id: JobId): Promise<Rebuild | undefined> {
    return this.begin(
      `UPDATE ${this.table} SET state = 'reading', unfinished = true, swap = 'always', kept_schema = NULL,
         failure = NULL, finished_at = NULL, deaths = '{}'
       WHERE id = $1 AND state = 'failed' AND kept_schema IS NOT NULL
         AND NOT EXISTS (SELECT FROM ${this.table} WHERE unfinished) RETURNING ${columns}`,
      [id],
    );
  }

  /** The schemas that ended rebuilds have left. */
  async keptSchemas(session: Session = this.database): Promise<string[]> {
    const { rows } = await session.query<{ name: string }>({
      text: `SELECT kept_schema AS name FROM ${this.table} WHERE kept_schema IS NOT NULL`,
    });
    return rows.map(({ name }) => name);
  }

  /** A schema is gone. */
  async forgetSchema(session: Session, schema: string): Promise<void> {
    await session.query({
      text: `UPDATE ${this.table} SET kept_schema = NULL WHERE kept_schema = $1`,
      values: [schema],
    });
  }

  private begin(text: string, values: unknown[]): Promise<Rebuild | undefined> {
    return this.database.transaction(async (session) => {
      await session.query({
        text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
        values: [this.lock],
      });
      return this.one(session, text, values);
    });
  }

  private async one(session: Session, text: string, values: unknown[]): Promise<Rebuild | undefined> {
    const { rows } = await session.query<Row>({ text, values });
    return rows[0] && readRow(rows[0]);
  }
}

const newsColumns: Record<keyof RebuildNews, string> = {
  state: 'state',
  generation: 'generation',
  recordsDone: 'records_done',
  recordsTotal: 'records_total',
  recordsPerSecond: 'records_per_second',
  carried: 'carried',
  compared: 'compared',
  trouble: 'trouble',
  differences: 'differences',
};

function readRow({ differences, failure, ...row }: Row): Rebuild {
  return {
    ...row,
    differences: differences === null ? null : (JSON.parse(differences) as Differences),
    failure: failure === null ? null : (JSON.parse(failure) as RebuildFailure),
  };
}
