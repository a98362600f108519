import { parseDuration } from '../duration.js';
import { isPayloadPath } from '../payload-path.js';
import { filterFields, isFilterField, type FilterField, type FilterFieldRule } from './filter-fields.js';
import { FilterWords, type FilterFault, type WrittenTerm, type WrittenValue } from './filter-words.js';
import {
  maxFilterLength,
  maxFilterTerms,
  maxFilterValues,
  type Comparison,
  type FilterTerm,
  type FilterValue,
} from './job-filter.js';

/** A filter as it was read. With a fault it has no terms that may be used. */
export interface ParsedFilter {
  readonly terms: readonly FilterTerm[];
  readonly faults: readonly FilterFault[];
}

/** Faults of one filter that are told. */
const maxFaults = 10;

/** Reads a filter: `state:dead_lettered,expired -queue:probe type:image.*`. */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > maxFilterLength)
    return refused(maxFilterLength + 1, `A filter has at most ${maxFilterLength} characters.`);
  const terms: FilterTerm[] = [];
  const faults: FilterFault[] = [];
  const words = new FilterWords(text);
  let values = 0;
  for (let word = words.next(); word !== undefined && faults.length < maxFaults; word = words.next()) {
    if ('detail' in word) return { terms: [], faults: [...faults, word] };
    values += word.values.length;
    if (terms.length === maxFilterTerms)
      return refused(word.column, `A filter has at most ${maxFilterTerms} terms.`);
    if (values > maxFilterValues)
      return refused(word.column, `A filter has at most ${maxFilterValues} values.`);
    const term = readTerm(word);
    if ('detail' in term) faults.push(term);
    else terms.push(term);
  }
  return faults.length === 0 ? { terms, faults } : { terms: [], faults };
}

function refused(column: number, detail: string): ParsedFilter {
  return { terms: [], faults: [{ column, detail }] };
}

function readTerm({ column, isNot, name, values }: WrittenTerm): FilterTerm | FilterFault {
  const [field = '', ...steps] = name.split('.');
  const at = column + (isNot ? 1 : 0);
  if (!isFilterField(field))
    return { column: at, detail: `There is no field ${field}.`, unknownField: field };
  const path = steps.join('.');
  if (field === 'payload' && !isPayloadPath(path))
    return { column: at, detail: 'Write the path of a field in the payload: payload.imageId.' };
  if (field !== 'payload' && steps.length > 0)
    return { column: at, detail: `Only payload has fields of its own; ${field} has none.` };
  if (filterFields[field].kind === 'time' && (isNot || values.length > 1))
    return { column: at, detail: `Give ${field} one time, without a minus.` };
  const read: FilterValue[] = [];
  for (const value of values) {
    const result = readValue(field, value);
    if ('detail' in result) return { column: value.column, ...result };
    read.push(result);
  }
  return { field, ...(field === 'payload' && { path }), isNot, values: read };
}

type Refusal = Pick<FilterFault, 'detail'>;

function readValue(field: FilterField, { parts }: WrittenValue): FilterValue | Refusal {
  const rule: FilterFieldRule = filterFields[field];
  if (rule.kind === 'text') return { kind: 'text', parts };
  if (parts.length > 1) return { detail: `Write ${field} without *: it is compared whole.` };
  const text = parts[0]!;
  switch (rule.kind) {
    case 'word':
      return rule.words!.includes(text)
        ? { kind: 'text', parts }
        : { detail: `${quote(text)} is none of ${rule.words!.join(', ')}.` };
    case 'id':
      return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
        ? { kind: 'text', parts: [text.toLowerCase()] }
        : { detail: `${quote(text)} is not an id: write all 36 characters.` };
    case 'number':
      return (
        readComparison(text, /^\d{1,9}$/, Number) ?? {
          detail: `Write a whole number: ${field}:2, ${field}:>1.`,
        }
      );
    case 'took':
      return (
        readComparison(text, /^\d{1,9}(ms|s|m|h|d)$/, parseDuration) ?? {
          detail: `Write a comparison and a length of time: ${field}:>30s, ${field}:<500ms.`,
        }
      );
    case 'time':
      return readTime(text);
  }
}

function readComparison(
  text: string,
  pattern: RegExp,
  read: (text: string) => number,
): FilterValue | undefined {
  const [, sign, rest] = /^([<>]=?|=?)(.*)$/s.exec(text)!;
  if (!pattern.test(rest!)) return undefined;
  return { kind: 'number', is: (sign || '=') as Comparison, number: read(rest!) };
}

const maxTimeMs = Date.UTC(9999, 11, 31);

function readTime(text: string): FilterValue | Refusal {
  if (/^\d{1,6}(ms|s|m|h|d)$/.test(text)) return { kind: 'ago', ms: parseDuration(text) };
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  const hasZone = !text.includes('T') || /(Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = isTime ? Date.parse(hasZone ? text : `${text}Z`) : NaN;
  if (ms >= 0 && ms < maxTimeMs) return { kind: 'time', ms };
  return { detail: 'Write how long ago (15m, 2h, 7d) or a time (2026-01-31, 2026-01-31T10:00Z).' };
}

function quote(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}
