/**
 * The table `projected_types`: every type that a row has, and what its jobs are searched by. A path has a bound, the highest id that
 * was there when it was declared here: each job of the type with a higher id has its entry, whichever projector wrote it. That
 * holds because a declaration waits until no projector is in a transaction, and every later transaction reads what is declared.
 */
import type { JobId } from '@jobstream/contracts';
import type { Database, Session } from '@jobstream/database';
import { textArray } from '../rows/array-literal.js';
import { holdProjectors } from '../projection-lock.js';
import type { SearchedType } from './search-entries.js';

/** What a published job type says. */
export interface SearchDeclaration extends SearchedType {
  /** When that was published. The latest publication counts, in whatever order declarations come. */
  readonly publishedAt: Date;
}

/** The bound of a path that was declared when there was no job: all have their entries. */
export const noBound: JobId = '00000000-0000-0000-0000-000000000000';

/** By path of the payload its bound. */
type Search = Readonly<Record<string, JobId>>;

/** The type's row as it stands, and how a declaration changes it. */
interface StandingType {
  readonly type: string;
  readonly declaredAt: Date | null;
  readonly search: Search;
}

/** A step of a statement that notes types, given as an array of the parameter, and what it answers: {@link SearchedType}s among them. */
export function notedTypes(
  schema: string,
  parameter: string,
): { readonly step: string; readonly answer: string } {
  const table = `${schema}.projected_types`;
  return {
    step: `INSERT INTO ${table} (type)
      SELECT type FROM unnest(${parameter}::text[]) AS given(type)
      WHERE NOT EXISTS (SELECT FROM ${table} AS known WHERE known.type = given.type)
      ORDER BY type ON CONFLICT DO NOTHING`,
    answer: `SELECT type, ARRAY(SELECT jsonb_object_keys(search)) AS paths FROM ${table}
      WHERE type = ANY(${parameter}::text[]) AND search <> '{}'`,
  };
}

/** The parameter of {@link notedTypes}. */
export function typesParameter(types: Iterable<string>): string {
  return textArray([...new Set(types)]);
}

/** What a projection has declared of types that are searched. */
export async function readDeclarations(session: Session, schema: string): Promise<SearchDeclaration[]> {
  const { rows } = await session.query<SearchDeclaration>({
    text: `SELECT type, declared_at AS "publishedAt", ARRAY(SELECT jsonb_object_keys(search)) AS paths
           FROM ${schema}.projected_types WHERE search <> '{}'`,
  });
  return rows;
}

/** Whether a projector of a version that writes no entries has moved a checkpoint, as SQL: then no bound holds. */
export function boundsAreBroken(schema: string): string {
  return `EXISTS (SELECT FROM ${schema}.checkpoints WHERE entries_to IS DISTINCT FROM next)`;
}

/**
 * Brings what is declared up to date: from now on all projectors of this projection write the entries. Without anything new it only
 * reads. Where an older version has written rows, every bound is set anew.
 * @returns the types that have other paths or bounds now
 * @throws where projectors do not end their transactions within 3 s: nothing has changed, try again
 */
export async function declareSearch(
  database: Database,
  declarations: readonly SearchDeclaration[],
): Promise<string[]> {
  const schema = database.projection;
  const { rows } = await database.query<{ broken: boolean }>({
    text: `SELECT ${boundsAreBroken(schema)} AS broken`,
  });
  const isBroken = rows[0]!.broken;
  if (!isBroken && (await findNew(database, schema, declarations)).length === 0) return [];
  return database.transaction(async (session) => {
    await holdProjectors(session, schema);
    const bound = await highestId(session, schema);
    const mended = isBroken ? await mendBounds(session, schema, bound) : [];
    return [...new Set([...mended, ...(await declareNew(session, schema, declarations, bound))])];
  });
}

async function highestId(session: Session, schema: string): Promise<JobId> {
  const { rows } = await session.query<{ id: JobId }>({
    text: `SELECT id FROM ${schema}.jobs ORDER BY id DESC LIMIT 1`,
  });
  return rows[0]?.id ?? noBound;
}

async function mendBounds(session: Session, schema: string, bound: JobId): Promise<string[]> {
  await session.query({
    text: `UPDATE ${schema}.checkpoints SET entries_to = next WHERE entries_to IS DISTINCT FROM next`,
  });
  const { rows } = await session.query<{ type: string }>({
    text: `UPDATE ${schema}.projected_types
           SET search = (SELECT jsonb_object_agg(path, $1::text) FROM jsonb_object_keys(search) AS path)
           WHERE search <> '{}' RETURNING type`,
    values: [bound],
  });
  return rows.map(({ type }) => type);
}

async function declareNew(
  session: Session,
  schema: string,
  declarations: readonly SearchDeclaration[],
  bound: JobId,
): Promise<string[]> {
  const changes = await findNew(session, schema, declarations);
  for (const { type, paths, publishedAt, standing } of changes)
    await session.query({
      text: `INSERT INTO ${schema}.projected_types (type, declared_at, search) VALUES ($1, $2, $3)
             ON CONFLICT (type) DO UPDATE SET declared_at = excluded.declared_at, search = excluded.search`,
      values: [type, publishedAt, JSON.stringify(searchAfter(standing?.search ?? {}, paths, bound))],
    });
  return changes.map(({ type }) => type);
}

/** Declarations that change what stands; of one with no search nothing needs to be noted. */
async function findNew(
  session: Session,
  schema: string,
  declarations: readonly SearchDeclaration[],
): Promise<(SearchDeclaration & { readonly standing: StandingType | undefined })[]> {
  if (declarations.length === 0) return [];
  const { rows } = await session.query<StandingType>({
    text: `SELECT type, declared_at AS "declaredAt", search FROM ${schema}.projected_types
           WHERE type = ANY($1::text[])`,
    values: [typesParameter(declarations.map(({ type }) => type))],
  });
  const standing = new Map(rows.map((row) => [row.type, row]));
  return declarations
    .map((declaration) => ({ ...declaration, standing: standing.get(declaration.type) }))
    .filter((change) => isNew(change, change.standing));
}

/** Whether a declaration says something else than what stands, and is not older. */
export function isNew(
  { paths, publishedAt }: SearchDeclaration,
  standing: StandingType | undefined,
): boolean {
  const declaredAt = standing?.declaredAt ?? null;
  if (declaredAt !== null && publishedAt <= declaredAt) return false;
  const known = Object.keys(standing?.search ?? {});
  return known.length !== paths.length || paths.some((path) => !known.includes(path));
}

/** A path that stays keeps its bound; of one that is new the jobs up to `bound` may have no entries. */
export function searchAfter(before: Search, paths: readonly string[], bound: JobId): Search {
  return Object.fromEntries(paths.map((path) => [path, Object.hasOwn(before, path) ? before[path]! : bound]));
}
