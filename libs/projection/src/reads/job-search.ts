import type { FixedTerm } from '@jobstream/contracts';
import { lowestIdAt } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { conditionOf, readsPayload, StatementValues, textsOf } from './job-condition.js';

/** How the rows that meet a filter are looked for: among which rows, and by which condition. */
export interface JobSearch {
  /** Of an index that begins with a column and goes on by id: the rows to look through have one of the values. */
  readonly seek: { readonly column: string; readonly type: string; readonly sought: string } | undefined;
  /** Bounds of the ids of the rows to look through. */
  readonly bounds: readonly string[];
  /** The condition that each of these rows has to meet; undefined where all do. */
  readonly hit: string | undefined;
  readonly readsPayload: boolean;
  readonly values: StatementValues;
}

/** Times in ids and `createdAt` come from different clocks and moments (a request made again after an unknown answer). */
export const idSlackMs = 2 * 24 * 3_600_000;

/** Values that one index is asked for at most: each costs a read of its own. */
const maxSought = 8;

/** The way to the rows that meet the terms. */
export function searchOf(terms: readonly FixedTerm[], schemas: Pick<Database, 'operations'>): JobSearch {
  const values = new StatementValues();
  const seekable = seekFields
    .map((field) => terms.find((term) => term.field === field && isSeekable(term)))
    .find(Boolean);
  const seek = seekable && {
    ...seekOf(seekable.field)!,
    sought: values.add([...new Set(textsOf(seekable))]),
  };
  const rest = terms.filter((term) => term !== seekable);
  return {
    seek,
    bounds: terms.flatMap((term) => boundsOf(term, values)),
    hit: rest.length === 0 ? undefined : conditionOf(rest, values, schemas),
    readsPayload: readsPayload(rest),
    values,
  };
}

/** Fields that an index finds rows by, those of the fewest rows first. */
const seekFields = ['parent', 'flow', 'group', 'for', 'state'] as const;

/** The index that finds the rows of a field's value, newest first. */
function seekOf(field: FixedTerm['field']): { readonly column: string; readonly type: string } | undefined {
  switch (field) {
    case 'parent':
      return { column: 'parent_id', type: 'uuid' };
    case 'flow':
      return { column: 'flow_id', type: 'uuid' };
    case 'group':
      return { column: 'error_group', type: 'text' };
    case 'for':
      return { column: 'submitted_for', type: 'text' };
    case 'state':
      return { column: 'indexed_state', type: 'text' };
    default:
      return undefined;
  }
}

function isSeekable(term: FixedTerm): boolean {
  if (term.isNot || seekOf(term.field) === undefined) return false;
  const exact = textsOf(term);
  if (exact.length !== term.values.length || exact.length > maxSought) return false;
  // The index of states leaves out the two that nearly all jobs are in.
  return term.field !== 'state' || !exact.some((state) => state === 'queued' || state === 'succeeded');
}

/** What a term says of the ids, so that no row beyond is looked at. */
function boundsOf(term: FixedTerm, values: StatementValues): string[] {
  if (term.field === 'id' && !term.isNot) return [`id = ANY(${values.add(textsOf(term))}::uuid[])`];
  const [value] = term.values;
  if (value?.kind !== 'time') return [];
  const ms = term.field === 'since' ? value.ms - idSlackMs : value.ms + idSlackMs;
  return [`id ${term.field === 'since' ? '>=' : '<'} ${values.add(lowestIdAt(ms))}::uuid`];
}
