import type { JobState } from '../job-state.js';
import type { FilterField } from './filter-fields.js';

/** Characters of a filter at most. */
export const maxFilterLength = 4_000;
/** Terms of a filter at most. */
export const maxFilterTerms = 50;
/** Values of all terms of a filter at most. */
export const maxFilterValues = 200;

/** How a number or a length of time is compared. */
export type Comparison = '=' | '>' | '>=' | '<' | '<=';

/** Text that is met whole. Between two parts stands a `*`: any text, also none. One part is exact. */
export interface TextValue {
  readonly kind: 'text';
  readonly parts: readonly string[];
}

/** A number, or milliseconds. */
export interface NumberValue {
  readonly kind: 'number';
  readonly is: Comparison;
  readonly number: number;
}

/** A moment, in milliseconds since 1970. */
export interface TimeValue {
  readonly kind: 'time';
  readonly ms: number;
}

/** A moment that lies so many milliseconds before whenever the filter is used. */
export interface AgoValue {
  readonly kind: 'ago';
  readonly ms: number;
}

/** A value of a term. */
export type FilterValue = TextValue | NumberValue | TimeValue | AgoValue;

/** One condition: the field has one of the values; with `isNot` it has none of them. */
export interface FilterTerm<Value extends FilterValue = FilterValue> {
  readonly field: FilterField;
  /** Of `payload`: the path of the field in it. */
  readonly path?: string;
  readonly isNot: boolean;
  /** At least one. */
  readonly values: readonly Value[];
}

/** A term whose times are moments. */
export type FixedTerm = FilterTerm<Exclude<FilterValue, AgoValue>>;

/** The conditions that `GET /v1/jobs` takes one by one. */
export interface PlainConditions {
  readonly type?: string | undefined;
  readonly queue?: string | undefined;
  readonly state?: JobState | undefined;
  readonly submittedFor?: string | undefined;
  /** Created at this time or later. */
  readonly since?: Date | undefined;
  /** Created before this time. */
  readonly until?: Date | undefined;
}

/** The same conditions as terms. */
export function termsOf({ type, queue, state, submittedFor, since, until }: PlainConditions): FixedTerm[] {
  const texts = { type, queue, state, for: submittedFor };
  const times = { since, until };
  return [
    ...Object.entries(texts).flatMap(([field, text]) =>
      text === undefined ? [] : [termOf(field as FilterField, { kind: 'text', parts: [text] })],
    ),
    ...Object.entries(times).flatMap(([field, time]) =>
      time === undefined ? [] : [termOf(field as FilterField, { kind: 'time', ms: time.getTime() })],
    ),
  ];
}

function termOf(field: FilterField, value: FixedTerm['values'][number]): FixedTerm {
  return { field, isNot: false, values: [value] };
}

/**
 * The terms with moments in place of times like `2h`.
 * @param now milliseconds since 1970; asked only if there is such a time
 */
export function fixTimes(terms: readonly FilterTerm[], now: () => number): FixedTerm[] {
  return terms.map((term) => ({
    ...term,
    values: term.values.map((value) =>
      value.kind === 'ago' ? { kind: 'time', ms: Math.max(now() - value.ms, 0) } : value,
    ),
  }));
}
