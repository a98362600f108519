import type { JobId } from '@jobstream/contracts';
import type { Difference, Differences } from '@jobstream/contracts/rest';
import type { Session } from '@jobstream/database';
import type { WrittenRows } from '../rows/projected-rows.js';

/** Two schemas, quoted. */
export interface TwoGenerations {
  readonly live: string;
  readonly rebuilt: string;
}

type Table = Difference['table'];

const keys: Record<Table, readonly string[]> = {
  jobs: ['id'],
  job_transitions: ['job_id', 'topic', 'partition', 'offset'],
  rejected_records: ['topic', 'partition', 'offset'],
};

/** Maximum number of jobs that a statement compares. */
const pageSize = 10_000;
/** Maximum number of differing rows that are named. */
const maxNamed = 20;

/**
 * Compares the rows of two generations, every column but the mark of what was carried over and the group of the error, which follows
 * from the error and is missing in rows of an earlier version. All of it in one session:
 * while both generations stand still, or in a snapshot of a moment in which they did.
 */
export class GenerationComparison {
  private total = 0;
  private readonly first: Difference[] = [];

  private constructor(
    private readonly session: Session,
    private readonly schemas: TwoGenerations,
    private readonly columns: ReadonlyMap<Table, readonly string[]>,
  ) {}

  static async open(session: Session, schemas: TwoGenerations): Promise<GenerationComparison> {
    const columns = new Map<Table, string[]>();
    for (const table of Object.keys(keys) as Table[]) {
      const { rows } = await session.query<{ name: string }>({
        text: `SELECT attname AS name FROM pg_attribute
               WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> ALL ('{carried,error_group}')
               ORDER BY attnum`,
        values: [`${schemas.live}.${table}`],
      });
      columns.set(
        table,
        rows.map(({ name }) => name),
      );
    }
    return new GenerationComparison(session, schemas, columns);
  }

  /** The differences so far; null for none. */
  get differences(): Differences | null {
    return this.total === 0 ? null : { total: this.total, first: this.first };
  }

  /** Compares all there is, page by page; `onPage` is told how many jobs were in each and may throw to end it. */
  async compareAll(onPage: (jobs: number) => void): Promise<void> {
    let after: JobId = '00000000-0000-0000-0000-000000000000';
    for (let bound: JobId | null = after; bound !== null; after = bound ?? after) {
      bound = await this.boundOf(after);
      const range = (id: string) => (bound === null ? `${id} > $1` : `${id} > $1 AND ${id} <= $2`);
      const values = bound === null ? [after] : [after, bound];
      await this.compare('jobs', range('id'), values);
      await this.compare('job_transitions', range('job_id'), values);
      onPage(await this.countJobs(range('id'), values));
    }
    await this.compare('rejected_records', 'true', []);
  }

  /** Compares the rows of these jobs and these rejected records. */
  async compareTouched(ids: readonly JobId[], rejected: WrittenRows['rejected']): Promise<void> {
    for (let from = 0; from < ids.length; from += pageSize) {
      const page = ids.slice(from, from + pageSize);
      await this.compare('jobs', 'id = ANY($1::uuid[])', [page]);
      await this.compare('job_transitions', 'job_id = ANY($1::uuid[])', [page]);
    }
    if (rejected.length === 0) return;
    await this.compare(
      'rejected_records',
      `(topic, partition, "offset") IN (SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[]))`,
      [
        rejected.map(({ topic }) => topic),
        rejected.map(({ partition }) => partition),
        rejected.map(({ offset }) => offset),
      ],
    );
  }

  /** The id up to which a page of either generation goes; null for the last page. */
  private async boundOf(after: JobId): Promise<JobId | null> {
    const nth = (schema: string) =>
      `(SELECT id FROM ${schema}.jobs WHERE id > $1 ORDER BY id OFFSET ${pageSize - 1} LIMIT 1)`;
    const { rows } = await this.session.query<{ bound: JobId | null }>({
      text: `SELECT least(${nth(this.schemas.live)}, ${nth(this.schemas.rebuilt)}) AS bound`,
      values: [after],
    });
    return rows[0]!.bound;
  }

  private async countJobs(where: string, values: readonly unknown[]): Promise<number> {
    const { rows } = await this.session.query<{ count: number }>({
      text: `SELECT count(*) AS count FROM ${this.schemas.rebuilt}.jobs WHERE ${where}`,
      values,
    });
    return rows[0]!.count;
  }

  private async compare(table: Table, where: string, values: readonly unknown[]): Promise<void> {
    const { rows } = await this.session.query<Difference & { total: number }>({
      text: differing(table, this.columns.get(table)!, this.schemas, where),
      values,
    });
    this.total += rows[0]?.total ?? 0;
    for (const { key, only, columns } of rows.slice(0, maxNamed - this.first.length))
      this.first.push({ table, key, only, columns: only === null ? columns : [] });
  }
}

/** The rows of a table that differ, the first of them named and all of them counted. */
function differing(
  table: Table,
  columns: readonly string[],
  { live, rebuilt }: TwoGenerations,
  where: string,
): string {
  const key = keys[table].map((name) => `"${name}"`);
  const row = (alias: string) => `(${columns.map((name) => `${alias}."${name}"`).join(', ')})`;
  const named = columns.map(
    (name) => `CASE WHEN a."${name}" IS DISTINCT FROM b."${name}" THEN '${name}' END`,
  );
  return `SELECT concat_ws(' ', ${key.map((name) => `coalesce(a.${name}, b.${name})`).join(', ')}) AS key,
      CASE WHEN b.${key[0]} IS NULL THEN 'live' WHEN a.${key[0]} IS NULL THEN 'rebuilt' END AS only,
      array_remove(ARRAY[${named.join(', ')}]::text[], NULL) AS columns, count(*) OVER () AS total
    FROM (SELECT * FROM ${live}.${table} WHERE ${where}) AS a
    FULL JOIN (SELECT * FROM ${rebuilt}.${table} WHERE ${where}) AS b
      ON ${key.map((name) => `a.${name} = b.${name}`).join(' AND ')}
    WHERE ${row('a')} IS DISTINCT FROM ${row('b')} LIMIT ${maxNamed}`;
}
