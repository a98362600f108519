import type { VNode } from 'preact';
import { formatFilter, formatTerm, jobStates, parseFilter } from '@jobstream/contracts';
import { stateNames } from '../../parts/state-mark.js';
import { go, hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import type { FilterNames } from './filter-completion.js';
import { FilterText } from './filter-text.js';
import { filterFields, type FilterField, type JobFilter, type ReadFilter } from './job-filter.js';

interface FilterFormProps {
  readonly filter: JobFilter;
  readonly faults: ReadFilter['faults'];
}

const labels: Readonly<Record<FilterField, string>> = {
  state: 'State',
  type: 'Type',
  queue: 'Queue',
  for: 'Submitted for',
  since: 'Since',
  until: 'Until',
  q: 'Filter',
};
const examples: Readonly<Partial<Record<FilterField, string>>> = { since: '2h', until: '2026-01-31T10:00Z' };

const noNames: FilterNames = { types: [], queues: [] };

/** Goes to the list with another filter: it is in the URL, and begins at the newest. The columns stay. */
export function goToJobs(filter: JobFilter): void {
  // One filter has one URL.
  const inOrder = Object.fromEntries(filterFields.map((field) => [field, filter[field]]));
  const columns = place.value.query.get('columns') ?? undefined;
  go(hrefOf('jobs', undefined, { ...inOrder, columns }));
}

/** The conditions of the list. Each is in the URL as soon as it is entered. */
export function FilterForm({ filter, faults }: FilterFormProps): VNode {
  const { data: names } = usePolled(readNames, { key: 'names', everyMs: Infinity });
  const change = (field: FilterField, value: string) =>
    goToJobs({ ...filter, [field]: value.trim() === '' ? undefined : value.trim() });
  return (
    <form class="filter" onSubmit={(event) => event.preventDefault()}>
      <FilterText
        key={filter.q}
        text={filter.q ?? ''}
        names={names ?? noNames}
        onEnter={(text) => change('q', text)}
      />
      <label>
        {labels.state}
        <select
          data-filter
          value={filter.state ?? ''}
          aria-invalid={faults.state !== undefined}
          aria-describedby={faults.state === undefined ? undefined : faultId('state')}
          onChange={(event) => change('state', event.currentTarget.value)}
        >
          <option value="">any</option>
          {jobStates.map((state) => (
            <option key={state} value={state}>
              {stateNames[state]}
            </option>
          ))}
        </select>
        <FieldFault of="state" faults={faults} />
      </label>
      {filterFields.slice(1, -1).map((field) => (
        <label key={field}>
          {labels[field]}
          <input
            value={filter[field] ?? ''}
            list={field === 'type' || field === 'queue' ? `names-of-${field}` : undefined}
            placeholder={examples[field]}
            maxLength={256}
            aria-invalid={faults[field] !== undefined}
            aria-describedby={faults[field] === undefined ? undefined : faultId(field)}
            onChange={(event) => change(field, event.currentTarget.value)}
          />
          <FieldFault of={field} faults={faults} />
        </label>
      ))}
      <NameList id="names-of-type" names={names?.types} />
      <NameList id="names-of-queue" names={names?.queues} />
    </form>
  );
}

function FieldFault({
  of: field,
  faults,
}: Pick<FilterFormProps, 'faults'> & { readonly of: FilterField }): VNode | null {
  if (faults[field] === undefined) return null;
  return (
    <span class="fault" id={faultId(field)}>
      {faults[field]}
    </span>
  );
}

function faultId(field: FilterField): string {
  return `fault-of-${field}`;
}

function NameList({
  id,
  names = [],
}: {
  readonly id: string;
  readonly names: readonly string[] | undefined;
}): VNode {
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

/** Each condition that holds, to be taken away alone. */
export function FilterChips({ filter }: { readonly filter: JobFilter }): VNode | null {
  const given = filterFields.filter((field) => field !== 'q' && filter[field] !== undefined);
  const { terms } = parseFilter(filter.q ?? '');
  if (given.length === 0 && filter.q === undefined) return null;
  return (
    <ul class="chips" aria-label="Conditions">
      {given.map((field) => (
        <li key={field}>
          <button type="button" onClick={() => goToJobs({ ...filter, [field]: undefined })}>
            {labels[field]}: {filter[field]} <span aria-hidden="true">×</span>
            <span class="unseen">, remove</span>
          </button>
        </li>
      ))}
      {terms.map((term, at) => (
        <li key={at}>
          <button
            type="button"
            onClick={() => goToJobs({ ...filter, q: formatFilter(terms.filter((each) => each !== term)) })}
          >
            {formatTerm(term)} <span aria-hidden="true">×</span>
            <span class="unseen">, remove</span>
          </button>
        </li>
      ))}
      <li>
        <button type="button" onClick={() => goToJobs({})}>
          Remove all
        </button>
      </li>
    </ul>
  );
}

async function readNames(signal: AbortSignal): Promise<FilterNames> {
  const { items } = await client.jobTypes.list({ signal });
  return {
    types: items.map(({ type }) => type),
    queues: [...new Set(items.map(({ queue }) => queue))].sort(),
  };
}
