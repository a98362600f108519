import type { FixedTerm, JobId } from '@jobstream/contracts';
import type { Database, Session } from '@jobstream/database';
import { conditionOf, StatementValues, textsOf } from '../reads/job-condition.js';
import { boundsAreBroken } from './projected-types.js';
import { isSearchable } from './search-key.js';

/** How far entries find the jobs that a filter asks for. */
export interface SearchReach {
  /** Of the payload. */
  readonly term: FixedTerm;
  /** Every job with a higher id that may meet the filter has its entry. */
  readonly bound: JobId;
}

type Schemas = Pick<Database, 'projection' | 'operations'>;

/** Keys that are sought at most: each costs a read of its own. */
const maxSoughtKeys = 8;

/**
 * The term that entries answer best: it names whole values of one path, and every type of which there may be jobs declares that path.
 * Undefined where there is none.
 */
export async function findReach(
  session: Session,
  schemas: Schemas,
  terms: readonly FixedTerm[],
): Promise<SearchReach | undefined> {
  const reaches: SearchReach[] = [];
  for (const term of terms.filter(isAnswerable)) {
    const values = new StatementValues();
    const { rows } = await session.query<{ bound: JobId | null }>({
      text: `SELECT (${boundOf(term, terms, schemas, values)}) AS bound`,
      values: values.list,
    });
    const bound = rows[0]!.bound;
    if (bound !== null) reaches.push({ term, bound });
  }
  return reaches.sort((one, other) => (one.bound < other.bound ? -1 : 1))[0];
}

function isAnswerable({ field, isNot, values, ...term }: FixedTerm): boolean {
  if (field !== 'payload' || isNot || term.path === undefined) return false;
  const exact = textsOf({ values });
  return exact.length === values.length && exact.length <= maxSoughtKeys && exact.every(isSearchable);
}

/** The bound of a term's path over all types that the filter lets pass, as SQL: null where one of them does not declare it, or no bound holds. */
export function boundOf(
  { path }: FixedTerm,
  terms: readonly FixedTerm[],
  schemas: Schemas,
  values: StatementValues,
): string {
  const ofTypes = terms.filter(({ field }) => field === 'type');
  return `SELECT CASE WHEN count(*) = count(bound) AND NOT ${boundsAreBroken(schemas.projection)} THEN max(bound COLLATE "C") END
    FROM (SELECT search ->> ${values.add(path)}::text AS bound FROM ${schemas.projection}.projected_types
          WHERE ${conditionOf(ofTypes, values, schemas)}) AS declared`;
}
