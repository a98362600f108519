import type { Duration } from '../duration.js';
import type { FilterField } from './filter-fields.js';
import type { FilterTerm, FilterValue, TextValue } from './job-filter.js';

/** A filter as text that reads as the same terms. */
export function formatFilter(terms: readonly FilterTerm[]): string {
  return terms.map(formatTerm).join(' ');
}

/** One term as text. */
export function formatTerm({ field, path, isNot, values }: FilterTerm): string {
  const name = path === undefined ? field : `${field}.${path}`;
  return `${isNot ? '-' : ''}${name}:${values.map((value) => formatValue(field, value)).join(',')}`;
}

function formatValue(field: FilterField, value: FilterValue): string {
  switch (value.kind) {
    case 'text':
      return formatText(value);
    case 'number':
      return `${value.is === '=' ? '' : value.is}${field === 'took' ? writeDuration(value.number) : value.number}`;
    case 'ago':
      return writeDuration(value.ms);
    case 'time':
      return new Date(value.ms).toISOString();
  }
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** In the largest unit that is exact: it has no more digits than it was given with. */
function writeDuration(ms: number): Duration {
  const [unit, length] = units.find(([, each]) => ms % each === 0) ?? (['ms', 1] as const);
  return `${ms / length}${unit}`;
}

function formatText({ parts }: TextValue): string {
  const text = parts.map((part) => part.replace(/[\\"*]/g, '\\$&')).join('*');
  return text === '' || /[\s,\\"]/.test(text) ? `"${text}"` : text;
}

/** Text as one value of a filter: nothing in it means anything there. */
export function writeFilterText(text: string): string {
  return formatText({ kind: 'text', parts: [text] });
}
