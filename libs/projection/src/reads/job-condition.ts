import { maxComparedLength, type FilterField, type FixedTerm } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { clean } from '@jobstream/lifecycle';

/** Values of a statement: each is named `$n` once. */
export class StatementValues {
  readonly list: unknown[] = [];

  /** The name of a value in the statement. */
  add(value: unknown): string {
    return `$${this.list.push(value)}`;
  }
}

type Value = FixedTerm['values'][number];

/** What a condition refers to beside the columns of a row. */
export interface ConditionSources extends Pick<Database, 'operations'> {
  /** The column with the state. Default: `state`. */
  readonly state?: string;
}

/**
 * The condition that a row of `projection.jobs` meets when its job meets every term: SQL that is true or false, never null. All that
 * a filter says is in `values`; nothing of it is in the text. Its columns have no prefix.
 */
export function conditionOf(
  terms: readonly FixedTerm[],
  values: StatementValues,
  sources: ConditionSources,
): string {
  return terms.length === 0
    ? 'true'
    : terms.map((term) => conditionOfTerm(term, values, sources)).join(' AND ');
}

/** Whether the terms need more than the short columns of a row: its payload may be large, and is kept apart. */
export function readsPayload(terms: readonly FixedTerm[]): boolean {
  return terms.some(({ field }) => field === 'payload');
}

function conditionOfTerm(term: FixedTerm, values: StatementValues, sources: ConditionSources): string {
  const isMet = `coalesce(${positiveOf(term, values, sources)}, false)`;
  return term.isNot ? `NOT ${isMet}` : isMet;
}

function positiveOf(term: FixedTerm, values: StatementValues, sources: ConditionSources): string {
  switch (term.field) {
    case 'state':
      return textCondition(sources.state ?? 'state', term, values);
    case 'reason':
    case 'priority':
    case 'queue':
    case 'type':
      return textCondition(term.field, term, values);
    case 'for':
      return textCondition('submitted_for', term, values);
    case 'key':
      return textCondition('ordering_key', term, values);
    case 'error':
      return textCondition(`${jsonOf('error')} ->> 'code'`, term, values);
    case 'message':
      return textCondition(`${jsonOf('error')} ->> 'message'`, term, values);
    case 'group':
      return textCondition('error_group', term, values);
    case 'payload':
      return textCondition(
        comparedJson('payload', `${values.add(term.path!.split('.'))}::text[]`),
        term,
        values,
      );
    case 'run':
    case 'attempt':
      return numberCondition(term.field, term, values);
    case 'took':
      return numberCondition('(extract(epoch FROM finished_at - started_at) * 1000)', term, values);
    case 'since':
    case 'until':
      return anyOf(term.values.map((value) => timeCondition(term.field, value, values)));
    case 'id':
      return `id = ANY(${values.add(textsOf(term))}::uuid[])`;
    case 'parent':
      return `parent_id = ANY(${values.add(textsOf(term))}::uuid[])`;
    case 'flow':
      return `flow_id = ANY(${values.add(textsOf(term))}::uuid[])`;
    case 'replay':
      return `EXISTS (SELECT FROM ${sources.operations}.replay_jobs AS made WHERE made.job_id = id AND made.state = 'replayed'
        AND made.replay_id = ANY(${values.add(textsOf(term))}::uuid[]))`;
  }
}

/** The exact texts of a term as Postgres holds them. */
export function textsOf({ values }: Pick<FixedTerm, 'values'>): string[] {
  return values.flatMap((value) =>
    value.kind === 'text' && value.parts.length === 1 ? [clean(value.parts[0]!)] : [],
  );
}

function textCondition(text: string, term: FixedTerm, values: StatementValues): string {
  const exact = textsOf(term);
  const patterns = term.values.flatMap((value) =>
    value.kind === 'text' && value.parts.length > 1 ? [patternOf(value.parts)] : [],
  );
  return anyOf([
    ...(exact.length === 0 ? [] : [`${text} = ANY(${values.add(exact)}::text[])`]),
    ...(patterns.length === 0 ? [] : [`${text} LIKE ANY(${values.add(patterns)}::text[])`]),
  ]);
}

/** A pattern of `LIKE`, in which only our stars mean anything. */
function patternOf(parts: readonly string[]): string {
  return parts.map((part) => clean(part).replace(/[\\%_]/g, '\\$&')).join('%');
}

function numberCondition(number: string, term: FixedTerm, values: StatementValues): string {
  return anyOf(
    term.values.map((value) =>
      value.kind === 'number' ? `${number} ${value.is} ${values.add(value.number)}::float8` : 'false',
    ),
  );
}

function timeCondition(field: FilterField, value: Value, values: StatementValues): string {
  if (value.kind !== 'time') return 'false';
  return `created_at ${field === 'since' ? '>=' : '<'} ${values.add(new Date(value.ms))}::timestamptz`;
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'false' : `(${conditions.join(' OR ')})`;
}

/** What is compared of the value at a path of the JSON of a column. The path is SQL: the array of its names. */
export function comparedJson(column: string, path: string): string {
  return `left(${jsonOf(column)} #>> ${path}, ${maxComparedLength})`;
}

/**
 * The JSON of a column. Postgres refuses to read escapes of NUL and of halves of surrogate pairs, which JSON may hold: they are left
 * out first. An escaped backslash before them is kept as it is.
 */
function jsonOf(column: string): string {
  const readable = String.raw`regexp_replace(${column}, '(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})', '\1', 'gi')`;
  return String.raw`(CASE WHEN strpos(${column}, '\u') > 0 THEN ${readable} ELSE ${column} END)::json`;
}
