import { isFinal, jobStates, parseFilter, type JobState } from '@jobstream/contracts';
import type { ListOptions } from '@jobstream/client';
import { readTypedTime } from '../../numbers/typed-time.js';

/** The conditions of the list, as the URL has them. */
export const filterFields = ['state', 'type', 'queue', 'for', 'since', 'until', 'q'] as const;
export type FilterField = (typeof filterFields)[number];
export type JobFilter = Readonly<Partial<Record<FilterField, string>>>;

/** A filter as the API takes it, or the fault of each field that it can not take. */
export interface ReadFilter {
  readonly conditions: Pick<
    ListOptions,
    'state' | 'type' | 'queue' | 'submittedFor' | 'since' | 'until' | 'q'
  >;
  readonly faults: Readonly<Partial<Record<FilterField, string>>>;
}

/** The filter that a query holds. */
export function filterOf(query: URLSearchParams): JobFilter {
  return Object.fromEntries(
    filterFields.map((field) => [field, query.get(field)] as const).filter(([, value]) => value),
  );
}

/**
 * Reads a filter.
 * @param now milliseconds since 1970, for times like `2h`: so long ago
 */
export function readFilter(filter: JobFilter, now: number): ReadFilter {
  const faults: Partial<Record<FilterField, string>> = {};
  const { state, type, queue, for: submittedFor, q } = filter;
  if (state !== undefined && !isState(state)) faults.state = `There is no state ${state}.`;
  const [wrong] = parseFilter(q ?? '').faults;
  if (wrong) faults.q = `Column ${wrong.column}: ${wrong.detail}`;
  const time = (field: 'since' | 'until'): Date | undefined => {
    const text = filter[field];
    const ms = text === undefined ? undefined : readTypedTime(text, now);
    if (text !== undefined && ms === undefined)
      faults[field] = 'Write how long ago (15m, 2h, 7d) or a time (2026-01-31T10:00Z).';
    return ms === undefined ? undefined : new Date(ms);
  };
  const [since, until] = [time('since'), time('until')];
  return {
    conditions: {
      ...(state !== undefined && isState(state) && { state }),
      ...(type !== undefined && { type }),
      ...(queue !== undefined && { queue }),
      ...(submittedFor !== undefined && { submittedFor }),
      ...(since && { since }),
      ...(until && { until }),
      ...(q !== undefined && !wrong && { q }),
    },
    faults,
  };
}

/** Whether jobs of this filter can be unfinished: then they can be cancelled. */
export function mayBeUnfinished({ state }: JobFilter): boolean {
  return state === undefined || (isState(state) && !isFinal(state));
}

function isState(text: string): text is JobState {
  return (jobStates as readonly string[]).includes(text);
}
