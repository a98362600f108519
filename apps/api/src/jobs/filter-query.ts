import {
  filterFields,
  fixTimes,
  parseFilter,
  type FilterFault,
  type FilterField,
  type FixedTerm,
} from '@jobstream/contracts';
import { distance } from 'fastest-levenshtein';
import { ProblemError } from '../http/problem-error.js';

/** Names that a field may have been meant by, at most. */
const maxSuggestions = 2;

/**
 * The terms of a filter, with moments in place of times like `2h`.
 * @param clock asked only for such times
 * @param pointer where the filter stands in the request
 * @throws ProblemError `invalid_request`: each fault with its column
 */
export function readFilter(text: string, clock: { now(): number }, pointer = '/q'): readonly FixedTerm[] {
  const { terms, faults } = parseFilter(text);
  if (faults.length === 0) return fixTimes(terms, () => clock.now());
  throw new ProblemError('invalid_request', 'The filter can not be read.', {
    errors: faults.map((fault) => ({ pointer, detail: describeFault(fault) })),
  });
}

/** What a filter can ask of the past: the state, which is kept over time, and what never changes. */
const pastFields: readonly FilterField[] = [
  'state',
  'queue',
  'type',
  'for',
  'since',
  'until',
  'id',
  'parent',
  'flow',
];

/**
 * Rejects a filter of the past with a field that is known of the present alone.
 * @throws ProblemError `invalid_request`
 */
export function refuseChangeable(terms: readonly FixedTerm[]): void {
  const wrong = new Set(terms.map(({ field }) => field).filter((field) => !pastFields.includes(field)));
  if (wrong.size === 0) return;
  throw new ProblemError('invalid_request', 'The filter can not be asked of the past.', {
    errors: [...wrong].map((field) => ({
      pointer: '/q',
      detail: `With at, a filter can name ${pastFields.join(', ')}: ${field} is known of the present alone.`,
    })),
  });
}

function describeFault({ column, detail, unknownField }: FilterFault): string {
  const near = unknownField === undefined ? [] : nearestFields(unknownField);
  const advice = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  const known = unknownField !== undefined && near.length === 0;
  const list = known ? ` The fields are ${Object.keys(filterFields).join(', ')}.` : '';
  // A request chooses the name.
  const shown = detail.length > 200 ? `${detail.slice(0, 200)}…` : detail;
  return `Column ${column}: ${shown}${advice}${list}`;
}

/** Fields of nearly that name: not more than every second character is another one. */
function nearestFields(name: string): string[] {
  if (name.length > 40) return [];
  return Object.keys(filterFields)
    .map((field) => ({ field, steps: distance(name.toLowerCase(), field) }))
    .filter(({ field, steps }) => steps <= field.length / 2)
    .sort((a, b) => a.steps - b.steps)
    .slice(0, maxSuggestions)
    .map(({ field }) => field);
}
