import { filterFields, isFilterField, writeFilterText, type FilterFieldRule } from '@jobstream/contracts';

/** The names of this platform that a filter may have as values. */
export interface FilterNames {
  readonly types: readonly string[];
  readonly queues: readonly string[];
}

/** What may stand where somebody writes: `text` in place of what is there from `from` on. */
export interface Completion {
  readonly text: string;
  readonly means: string;
  readonly from: number;
}

const maxCompletions = 8;

/** What may be meant by the term that ends at the caret. Nothing within quotes, and nothing that is there already. */
export function completionsOf(text: string, caret: number, names: FilterNames): Completion[] {
  const before = text.slice(0, caret);
  const isQuoted = (before.match(/(?<!\\)"/g) ?? []).length % 2 === 1;
  const term = /(?:^|\s)(-?)([^\s"]*)$/.exec(before);
  if (!term || isQuoted) return [];
  const [, minus, written] = term as unknown as [string, string, string];
  const colon = written.indexOf(':');
  const value = written.slice(Math.max(written.lastIndexOf(','), colon) + 1);
  const begun = colon < 0 ? written : value;
  const offers = colon < 0 ? fieldOffers(minus !== '') : valueOffers(written.slice(0, colon), names);
  return offers
    .filter(({ text: offer }) => offer.startsWith(begun) && offer !== begun)
    .slice(0, maxCompletions)
    .map((offer) => ({ ...offer, from: caret - begun.length }));
}

function fieldOffers(isNot: boolean): Omit<Completion, 'from'>[] {
  return Object.entries<FilterFieldRule>(filterFields)
    .filter(([, { kind }]) => !isNot || kind !== 'time')
    .map(([field, { means }]) => ({ text: field === 'payload' ? 'payload.' : `${field}:`, means }));
}

function valueOffers(field: string, { types, queues }: FilterNames): Omit<Completion, 'from'>[] {
  if (!isFilterField(field)) return [];
  const { words }: FilterFieldRule = filterFields[field];
  const named = field === 'type' ? types : field === 'queue' ? queues : [];
  return (words ?? named).map((word) => ({ text: writeFilterText(word), means: '' }));
}
