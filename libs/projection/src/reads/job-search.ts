import { jobStates, type FixedTerm, type JobState } from '@jobstream/contracts';
import { lowestIdAt } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { noBound } from '../search/projected-types.js';
import { searchKey } from '../search/search-key.js';
import { boundOf, type SearchReach } from '../search/search-reach.js';
import { conditionOf, readsPayload, StatementValues, textsOf } from './job-condition.js';
import { stateAt } from './state-at.js';

/** An index, by whose values rows are found, newest first. */
type SeekIndex =
  /** It begins with a column of the jobs and goes on by id. */
  | { readonly by: 'column'; readonly column: string; readonly type: string }
  /** Rows of another table name jobs in an `id`, each at most once a value: SQL, which knows the value as `sought.value`. */
  | {
      readonly by: 'names';
      readonly names: string;
      readonly type: string;
      /** Whether that table still has what it had when the search was made. Undefined where it always has. */
      readonly isStanding: string | undefined;
    };

/** The rows to look through are those that an index has at one of these values. */
export type Seek = SeekIndex & { readonly sought: string };

/** How the rows that meet a filter are looked for: among which rows, and by which condition. */
export interface JobSearch {
  readonly seek: Seek | undefined;
  /** Bounds of the ids of the rows to look through. */
  readonly bounds: readonly string[];
  /** The condition that each of these rows has to meet; undefined where all do. */
  readonly hit: string | undefined;
  readonly readsPayload: boolean;
  /** Of a search in the past: the state at that time of a row that is called `jobs`. `hit` knows it as {@link stateThen}. */
  readonly stateAt: string | undefined;
  readonly values: StatementValues;
}

/** The column with the state at the time that is looked at. */
export const stateThen = 'state_then';

/** Times in ids and `createdAt` come from different clocks and moments (a request made again after an unknown answer). */
export const idSlackMs = 2 * 24 * 3_600_000;

/** Values that one index is asked for at most: each costs a read of its own. */
const maxSought = 8;

/** Where not all rows that are looked at are hits. */
export type ConditionalSearch = JobSearch & { readonly hit: string };

type Schemas = Pick<Database, 'operations' | 'projection'>;

/**
 * The ways to the rows that meet the terms, one after another: each leads to rows that are older than those before.
 * @param reach of the entries, where they are of use
 */
export function searchesOf(
  terms: readonly FixedTerm[],
  schemas: Schemas,
  reach: SearchReach | undefined,
): JobSearch[] {
  if (reach === undefined) return [searchNow(terms, schemas)];
  const found = searchByEntries(terms, schemas, reach);
  if (reach.bound === noBound) return [found];
  const { bounds, ...older } = searchNow(terms, schemas);
  return [found, { ...older, bounds: [...bounds, `id <= ${older.values.add(reach.bound)}::uuid`] }];
}

/** Whether an index finds so few rows that entries are of no use. */
export function isNarrow(terms: readonly FixedTerm[]): boolean {
  return terms.some((term) => narrowFields.includes(term.field) && isSeekable(term));
}

/** The row decides, since a key is a hash, and an entry may be of an earlier run. */
function searchByEntries(terms: readonly FixedTerm[], schemas: Schemas, reach: SearchReach): JobSearch {
  const values = new StatementValues();
  const { term, bound } = reach;
  const keys = [...new Set(textsOf(term).map((value) => searchKey(term.path!, value)))];
  return {
    seek: {
      by: 'names',
      names: `SELECT job_id AS id FROM ${schemas.projection}.search_entries WHERE key = sought.value`,
      type: 'bigint',
      sought: values.add(keys),
      isStanding: `(${boundOf(term, terms, schemas, values)}) IS NOT DISTINCT FROM ${values.add(bound)}::text`,
    },
    bounds: [...terms.flatMap((each) => boundsOf(each, values)), `id > ${values.add(bound)}::uuid`],
    hit: conditionOf(terms, values, schemas),
    readsPayload: true,
    stateAt: undefined,
    values,
  };
}

/** The way to the rows that met the terms at a time. No term may be of what else changes than the state. */
export function searchAt(terms: readonly FixedTerm[], schemas: Schemas, at: Date): ConditionalSearch {
  const { operations, projection } = schemas;
  const { seek, bounds, values, rest } = wayTo(terms, schemas, false);
  const slack = values.add(lowestIdAt(at.getTime() + idSlackMs));
  return {
    seek,
    bounds: [...bounds, `id < ${slack}::uuid`],
    hit: `${stateThen} IS NOT NULL AND ${conditionOf(rest, values, { operations, state: stateThen })}`,
    readsPayload: false,
    stateAt: stateAt(projection, `${values.add(at)}::timestamptz`),
    values,
  };
}

function searchNow(terms: readonly FixedTerm[], schemas: Schemas): JobSearch {
  const { seek, bounds, values, rest } = wayTo(terms, schemas, true);
  return {
    seek,
    bounds,
    // How many rows another table names is unknown: they are looked through step by step.
    hit: rest.length === 0 && seek?.by !== 'names' ? undefined : conditionOf(rest, values, schemas),
    readsPayload: readsPayload(rest),
    stateAt: undefined,
    values,
  };
}

interface Way extends Pick<JobSearch, 'seek' | 'bounds' | 'values'> {
  /** The terms that the index does not answer. */
  readonly rest: readonly FixedTerm[];
}

/** @param mayTellStates whether the states that terms tell of are those that the index has: the ones of now */
function wayTo(terms: readonly FixedTerm[], schemas: Schemas, mayTellStates: boolean): Way {
  const values = new StatementValues();
  const seekables = terms.filter(isSeekable);
  const field = seekFields.find((each) => seekables.some((term) => term.field === each));
  const seekable = seekables.find((term) => term.field === field);
  const states = possibleStates(terms);
  const seeksStates = mayTellStates && seekable === undefined && isFound(states);
  const indexed = seeksStates ? 'state' : field;
  const sought = seeksStates ? states : seekable && [...new Set(textsOf(seekable))];
  const seek = indexed && { ...indexOf(indexed, schemas), sought: values.add(sought) };
  return {
    seek,
    bounds: terms.flatMap((term) => boundsOf(term, values)),
    values,
    rest: terms.filter((term) => term !== seekable && !(seeksStates && isOfStates(term))),
  };
}

/** Fields that an index finds rows by, those of the fewest rows first. States come last: they follow from other fields too. */
const seekFields = ['parent', 'flow', 'replay', 'group', 'for'] as const;
/** Of a value of these fields there are few rows. */
const narrowFields: readonly FixedTerm['field'][] = ['parent', 'flow'];

/** The index that finds the rows of a field's value, newest first. */
function indexOf(field: (typeof seekFields)[number] | 'state', { operations }: Schemas): SeekIndex {
  switch (field) {
    case 'parent':
      return { by: 'column', column: 'parent_id', type: 'uuid' };
    case 'flow':
      return { by: 'column', column: 'flow_id', type: 'uuid' };
    case 'replay':
      // A replay makes one run of a job.
      return {
        by: 'names',
        names: `SELECT job_id AS id FROM ${operations}.replay_jobs WHERE replay_id = sought.value AND state = 'replayed'`,
        type: 'uuid',
        isStanding: undefined,
      };
    case 'group':
      return { by: 'column', column: 'error_group', type: 'text' };
    case 'for':
      return { by: 'column', column: 'submitted_for', type: 'text' };
    case 'state':
      return { by: 'column', column: 'indexed_state', type: 'text' };
  }
}

function isSeekable(term: FixedTerm): boolean {
  if (term.isNot || !seekFields.some((field) => field === term.field)) return false;
  return isExact(term) && term.values.length <= maxSought;
}

/** Whether every value of a term is a whole text. */
function isExact(term: FixedTerm): boolean {
  return textsOf(term).length === term.values.length;
}

/** The states that a job can be in that meets the terms. */
function possibleStates(terms: readonly FixedTerm[]): JobState[] {
  return jobStates.filter((state) => terms.every((term) => allows(term, state)));
}

/** What a term says of the state: an error and a reason are only in rows of jobs that have failed. */
function allows(term: FixedTerm, state: JobState): boolean {
  switch (term.field) {
    case 'state':
      return !isExact(term) || textsOf(term).includes(state) !== term.isNot;
    case 'reason':
      return term.isNot || state === 'dead_lettered';
    case 'error':
    case 'message':
    case 'group':
      return term.isNot || state === 'dead_lettered' || state === 'retrying';
    default:
      return true;
  }
}

/** Whether the possible states say all that a term says. */
function isOfStates(term: FixedTerm): boolean {
  return term.field === 'state' && isExact(term);
}

/** Whether the index of states finds all jobs in these: it leaves out the two that nearly all jobs are in. */
function isFound(states: readonly JobState[]): boolean {
  return !states.includes('queued') && !states.includes('succeeded');
}

/** What a term says of the ids, so that no row beyond is looked at. */
function boundsOf(term: FixedTerm, values: StatementValues): string[] {
  if (term.field === 'id' && !term.isNot) return [`id = ANY(${values.add(textsOf(term))}::uuid[])`];
  const [value] = term.values;
  if (value?.kind !== 'time') return [];
  const ms = term.field === 'since' ? value.ms - idSlackMs : value.ms + idSlackMs;
  return [`id ${term.field === 'since' ? '>=' : '<'} ${values.add(lowestIdAt(ms))}::uuid`];
}
